/** The environment variables of Tickover, by name: near misses of them are mistakes. */
import { nearMiss } from '../text/index.ts';
import { unknownNameFault } from './known-options.ts';

/** Every variable that a function or a command reads. */
export const VARIABLES: readonly string[] = [
  ...['TICKOVER_TABLE', 'TICKOVER_BUILD', 'TICKOVER_INTERVAL', 'TICKOVER_SLACK_SECONDS'],
  ...['TICKOVER_METRICS', 'TICKOVER_METRICS_NAMESPACE'],
  ...['TICKOVER_METRICS_ENABLED', 'TICKOVER_METRICS_HOST', 'TICKOVER_METRICS_PORT'],
  ...['TICKOVER_ENDPOINTS', 'TICKOVER_FLOW_RUNS_TABLE', 'TICKOVER_LATE_AFTER_SECONDS', 'TICKOVER_PAGE_SIZE'],
  ...['TICKOVER_WATCHED', 'TICKOVER_STACK', 'TICKOVER_TOPIC_ARN', 'TICKOVER_EVENT_BUS'],
  ...['TICKOVER_WEBHOOK_URL', 'TICKOVER_WEBHOOK_TEMPLATE'],
];

/** Variables of earlier versions, and how what they said is said now. */
const REPLACED = new Map([['TICKOVER_DETAILED_METRICS', 'TICKOVER_METRICS=detailed']]);

/** The faults of variables whose names are nearly ours; names of the user's own pass. Their values stay unsaid. */
export function variableFaults(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const nearest = VARIABLES.includes(name) ? undefined : hintFor(name);
    return nearest === undefined ? [] : unknownNameFault(name, 'a variable of this name', nearest);
  });
}

/** A warning for each variable that has our prefix and that nothing reads, as a newer version's is after a rollback. */
export function unknownVariableWarnings(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('TICKOVER_') && !VARIABLES.includes(name))
    .map((name) => {
      const nearest = hintFor(name);
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return `environment: ${name} is no variable of this version; it has no effect${hint}`;
    });
}

/** The variable that a person probably meant. */
function hintFor(name: string): string | undefined {
  return REPLACED.get(name) ?? nearMiss(name, VARIABLES);
}
