/**
 * The assumptions of a cost estimate: quantities that neither the services nor the stack define, such as the share of
 * runs that fail. Each assumption is an option of `npm run cost`.
 */
import { MEASURED } from './measured.ts';

export interface Assumption {
  readonly standard: number;
  readonly unit: string;
  readonly meaning: string;
  /** The largest value that the assumption may have; the smallest is always 0. @default no upper bound */
  readonly most?: number;
  /** Whether the default was measured by `npm run bench -- tick --record`. @default false */
  readonly measured?: true;
}

/** How many bytes CloudWatch Logs bills for each log line in addition to the text of the line. */
const BYTES_AN_EVENT = 26;
const MS_A_SECOND = 1_000;
const BYTES_A_KB = 1_024;

export const ASSUMPTIONS = {
  tickMs: measured(MEASURED.tick.processorMs, 'ms', 'processor time of a tick'),
  checkMs: measured(MEASURED.check.processorMs, 'ms', 'processor time of a check of the watchdog'),
  tickLogKb: measured(kilobytes(MEASURED.tick), 'KB', 'log of a tick'),
  checkLogKb: measured(kilobytes(MEASURED.check), 'KB', 'log of a check of the watchdog'),
  coldSeconds: measured(MEASURED.tick.coldMs / MS_A_SECOND, 's', 'length of a cold start; it is billed'),
  workSeconds: { standard: 0.1, unit: 's', meaning: 'what the workload itself takes' },
  requestSeconds: { standard: 0.01, unit: 's', meaning: 'how long DynamoDB takes to answer' },
  failureShare: { standard: 0.01, unit: 'of all', meaning: 'runs that fail', most: 1 },
  coldShare: { standard: 0.02, unit: 'of all', meaning: 'invocations that start cold', most: 1 },
  latenessSeconds: { standard: 30, unit: 's', meaning: 'how late in its minute Scheduler is', most: 60 },
  badHours: { standard: 2, unit: 'a month', meaning: 'hours in which a service is unhealthy', most: 730 },
  stateKb: { standard: 1, unit: 'KB', meaning: 'a state item: one write unit a KB begun' },
  recordKb: { standard: 3, unit: 'KB', meaning: 'the record that a failed run leaves' },
  rememberedKb: { standard: 0.1, unit: 'KB', meaning: 'what the watchdog remembers of a service' },
  lambdaLogKb: { standard: 0.42, unit: 'KB', meaning: "Lambda's own lines, if they are all kept" },
  metricsLogKb: { standard: 0.6, unit: 'KB', meaning: 'the line with detailed metrics' },
  failureLogKb: { standard: 2, unit: 'KB', meaning: 'what a failed run logs besides' },
  logCompression: { standard: 0.15, unit: 'of it', meaning: 'what a log is stored at', most: 1 },
  searches: { standard: 60, unit: 'a month', meaning: "searches of a day's log of a service" },
  changes: { standard: 10, unit: 'a month', meaning: 'messages of the watchdog, each mailed' },
  undelivered: { standard: 10, unit: 'a month', meaning: 'firings that Scheduler can not deliver' },
} as const satisfies Readonly<Record<string, Assumption>>;

function measured(standard: number, unit: string, meaning: string) {
  return { standard, unit, meaning, measured: true } as const;
}

function kilobytes({ logBytes, logLines }: { readonly logBytes: number; readonly logLines: number }): number {
  return Math.round(((logBytes + logLines * BYTES_AN_EVENT) / BYTES_A_KB) * 100) / 100;
}

export type AssumptionName = keyof typeof ASSUMPTIONS;

export type Assumed = Readonly<Record<AssumptionName, number>>;

const NAMES = Object.keys(ASSUMPTIONS) as AssumptionName[];

/**
 * Returns a value for every assumption: the given one, else the default.
 * @throws RangeError which names the assumption, the range and the value
 */
export function assume(given: Partial<Assumed> = {}): Assumed {
  return Object.fromEntries(NAMES.map((name) => [name, checked(name, given[name])])) as Assumed;
}

function checked(name: AssumptionName, given: number | undefined): number {
  const { standard, most }: Assumption = ASSUMPTIONS[name];
  const value = given ?? standard;
  if (Number.isFinite(value) && value >= 0 && value <= (most ?? value)) return value;
  throw new RangeError(`${name}: expected a number from 0${most === undefined ? '' : ` to ${most}`}, got ${value}`);
}
