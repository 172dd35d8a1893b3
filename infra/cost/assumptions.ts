/** The parts of a bill that no definition gives. Each has a name, a default, and a flag of the command. */

/** An assumption: its default, its unit and its meaning. */
export interface Assumption {
  readonly standard: number;
  readonly unit: string;
  readonly meaning: string;
  /** The largest value that makes sense; without it there is no upper bound. The smallest is 0. */
  readonly most?: number;
}

/** All assumptions, by name. */
export const ASSUMPTIONS = {
  runSeconds: { standard: 0.2, unit: 's', meaning: 'how long a run lasts, the two writes of the state included' },
  failureShare: { standard: 0.01, unit: 'of the runs', meaning: 'how many runs fail', most: 1 },
  coldShare: { standard: 0.02, unit: 'of the invocations', meaning: 'how many start cold', most: 1 },
  coldSeconds: { standard: 0.5, unit: 's', meaning: 'how long a cold start lasts; it is billed' },
  latenessSeconds: { standard: 30, unit: 's', meaning: 'how late in its minute Scheduler delivers', most: 60 },
  stateKb: { standard: 1, unit: 'KB', meaning: 'size of a state item: one write unit a KB begun' },
  recordKb: { standard: 3, unit: 'KB', meaning: 'size of the record that a failed run leaves' },
  firingLogKb: { standard: 0.7, unit: 'KB', meaning: "Lambda's own log lines of an invocation" },
  tickLogKb: { standard: 0.9, unit: 'KB', meaning: 'log lines of a tick: the wide one and the metrics' },
  failureLogKb: { standard: 2, unit: 'KB', meaning: 'what a failed run logs besides' },
  logCompression: { standard: 0.15, unit: 'of the size', meaning: 'what logs are stored at', most: 1 },
  dashboardViews: { standard: 60, unit: 'a month', meaning: 'how often the dashboard is opened' },
  messages: { standard: 10, unit: 'a month', meaning: 'messages in the queues, each sent, read and deleted' },
  mails: { standard: 10, unit: 'a month', meaning: 'alarms mailed' },
} as const satisfies Readonly<Record<string, Assumption>>;

/** The name of an assumption. */
export type AssumptionName = keyof typeof ASSUMPTIONS;

/** A value for each assumption. */
export type Assumed = Readonly<Record<AssumptionName, number>>;

const NAMES = Object.keys(ASSUMPTIONS) as AssumptionName[];

/**
 * Every assumption with its default, unless a value is given.
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
