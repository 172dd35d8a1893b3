/**
 * The environment variables of Tickover, by name. A variable with nearly the name of one of these (as `nearMiss`
 * judges) is a typing error.
 */
import { nearMiss } from '../text/index.ts';
import { unknownNameFault } from './known-options.ts';

/** Every environment variable of Tickover that a function or a command reads. */
export const VARIABLES: readonly string[] = [
  ...['TICKOVER_TABLE', 'TICKOVER_BUILD', 'TICKOVER_INTERVAL', 'TICKOVER_SLACK_SECONDS'],
  ...['TICKOVER_METRICS', 'TICKOVER_METRICS_NAMESPACE'],
  ...['TICKOVER_METRICS_ENABLED', 'TICKOVER_METRICS_HOST', 'TICKOVER_METRICS_PORT'],
  ...['TICKOVER_ENDPOINTS', 'TICKOVER_FLOW_RUNS_TABLE', 'TICKOVER_LATE_AFTER_SECONDS', 'TICKOVER_PAGE_SIZE'],
  ...['TICKOVER_WATCHED', 'TICKOVER_STACK', 'TICKOVER_TOPIC_ARN', 'TICKOVER_EVENT_BUS'],
  ...['TICKOVER_WEBHOOK_URL', 'TICKOVER_WEBHOOK_TEMPLATE'],
];

/** The variables that only earlier versions of Tickover read, each with the setting that replaces it now. */
const REPLACED = new Map([['TICKOVER_DETAILED_METRICS', 'TICKOVER_METRICS=detailed']]);

/**
 * The faults of an environment: one for each variable with nearly the name of a variable of Tickover (as `nearMiss`
 * judges), or which only an earlier version read. Any other variable belongs to the user and has no fault. The messages
 * don't contain the values of the variables.
 */
export function variableFaults(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const nearest = VARIABLES.includes(name) ? undefined : hintFor(name);
    return nearest === undefined ? [] : unknownNameFault(name, 'a variable of this name', nearest);
  });
}

/**
 * A warning for each variable that begins with `TICKOVER_` and that this version doesn't read. After a rollback it may
 * be a variable of a newer version.
 */
export function unknownVariableWarnings(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('TICKOVER_') && !VARIABLES.includes(name))
    .map((name) => {
      const nearest = hintFor(name);
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return `environment: ${name} is no variable of this version; it has no effect${hint}`;
    });
}

/**
 * The variable that a person probably meant, or the setting that replaces it; `undefined` if no variable of Tickover
 * has a similar name (see `nearMiss`).
 */
function hintFor(name: string): string | undefined {
  return REPLACED.get(name) ?? nearMiss(name, VARIABLES);
}
