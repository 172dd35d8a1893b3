import { expectedWords, LIMITS, limitFaults, optionFault } from '../rules/index.ts';
import { nearMiss } from '../text/index.ts';
import { parseDuration, unitHint } from '../time/index.ts';
import { unknownNameFault } from './known-options.ts';

/** Every environment variable that Tickover reads. */
export const VARIABLES: readonly string[] = [
  ...['TICKOVER_TABLE', 'TICKOVER_DATABASE', 'TICKOVER_BUILD', 'TICKOVER_INTERVAL', 'TICKOVER_SLACK_SECONDS'],
  ...['TICKOVER_METRICS', 'TICKOVER_METRICS_NAMESPACE'],
  ...['TICKOVER_METRICS_ENABLED', 'TICKOVER_METRICS_HOST', 'TICKOVER_METRICS_PORT'],
  ...['TICKOVER_ENDPOINTS', 'TICKOVER_FLOW_RUNS_TABLE', 'TICKOVER_LATE_AFTER_SECONDS', 'TICKOVER_PAGE_SIZE'],
  ...['TICKOVER_WATCHED', 'TICKOVER_STACK', 'TICKOVER_TOPIC_ARN', 'TICKOVER_EVENT_BUS'],
  ...['TICKOVER_WEBHOOK_URL', 'TICKOVER_WEBHOOK_TEMPLATE'],
];

/** Variables of earlier versions, each with the setting that replaces it. */
const REPLACED = new Map([['TICKOVER_DETAILED_METRICS', 'TICKOVER_METRICS=detailed']]);

/**
 * A fault for each environment variable whose name is nearly that of a variable of Tickover, or that only an earlier
 * version read. The messages don't contain the values of the variables.
 */
export function variableFaults(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const nearest = VARIABLES.includes(name) ? undefined : hintFor(name);
    return nearest === undefined ? [] : unknownNameFault(name, 'a variable of this name', nearest);
  });
}

/**
 * A warning for each variable that begins with `TICKOVER_` and that this version doesn't read. After a rollback it may
 * belong to the newer version.
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
 * Reads `TICKOVER_INTERVAL`, which replaces the interval in the options of a service. `interval` is in milliseconds; it
 * is absent if the variable is absent or can't be read.
 */
export function readIntervalVariable({ TICKOVER_INTERVAL: written }: Readonly<Record<string, string | undefined>>): {
  readonly interval?: number;
  readonly faults: string[];
} {
  if (written === undefined) return { faults: [] };
  const interval = parseDuration(written);
  const holds = limitFaults('interval', interval).length === 0;
  const got = `'${written}'${unitHint(written)}`;
  const faults = optionFault(holds, 'TICKOVER_INTERVAL', expectedWords(LIMITS.interval), got);
  return interval === undefined ? { faults } : { interval, faults };
}

function hintFor(name: string): string | undefined {
  return REPLACED.get(name) ?? nearMiss(name, VARIABLES);
}
