/**
 * The options of a service as data: default, bounds and unit of each. This file is the only source of them for
 * `defineService`, for the checks of a service and of the stack, and for the table of options in README.md.
 */
import { showValue } from '../text/index.ts';
import { DAY, inSeconds, MINUTE, SECOND, unitHint } from '../time/index.ts';

/**
 * A bound of an option: a number (milliseconds for a duration), or the name of a bound that follows from other options.
 */
type Bound = number | 'the interval' | 'the timeout' | 'timeout less reserve';

/** The values, in milliseconds, of the bounds that follow from other options. */
export type NamedBounds = { readonly [Name in Extract<Bound, string>]?: number };

/** The default, the bounds and the unit of one option of a service. */
export interface Limit {
  readonly kind: 'duration' | 'whole' | 'number' | 'flag' | 'text';
  /** The value of an option that is left out; milliseconds for a duration. */
  readonly default?: string | number;
  /** The default in words, for an option without a fixed default. */
  readonly defaultWords?: string;
  readonly above?: Bound;
  readonly least?: Bound;
  readonly most?: Bound;
  readonly below?: Bound;
  /** The texts that are allowed as the value. For a duration or a number they are allowed in addition to its range. */
  readonly texts?: readonly string[];
  readonly pattern?: RegExp;
  /** The allowed values in words, with `{above}`, `{least}`, `{most}` and `{below}` in place of the bounds. */
  readonly expected: string;
}

/**
 * The shortest interval of a service, in milliseconds. A service with a shorter one would do nothing but write log
 * lines.
 */
const SHORTEST_INTERVAL = 0.1 * SECOND;
/**
 * The longest time, in milliseconds, that the options `interval`, `maxInterval` and `restartAfter` may have, and to
 * which a backoff may stretch an interval.
 */
export const LONGEST_INTERVAL = 366 * DAY;
/**
 * The interval, in milliseconds, of a service of `kind: 'loop'` whose options don't have one (upstream's
 * `loop_seconds`).
 */
export const LOOP_INTERVAL = MINUTE;
/**
 * The default of the option `restartAfter`: a halted service is probed after `RESTART_TIME` milliseconds, or after
 * `RESTART_INTERVALS` intervals if they are longer.
 */
export const RESTART_TIME = 15 * MINUTE;
export const RESTART_INTERVALS = 10;

/** The limits of those options of a service that have limits. Messages list the faults of options in this order. */
export const LIMITS = {
  kind: { kind: 'text', default: 'critical', texts: ['critical', 'loop'], expected: "'critical' or 'loop'" },
  interval: {
    kind: 'duration',
    defaultWords: `required; ${inSeconds(LOOP_INTERVAL)} s for \`kind: 'loop'\``,
    least: SHORTEST_INTERVAL,
    most: LONGEST_INTERVAL,
    expected: "a duration from {least} up to {most}, such as '5m'",
  },
  memory: { kind: 'whole', default: 10, least: 0, most: 50, expected: 'a whole number from {least} to {most}' },
  /** `most` bounds the size of the track record: the state item stores one character for each of its outcomes. */
  consecutive: { kind: 'whole', default: 3, least: 1, most: 64, expected: 'a whole number from {least} to {most}' },
  backoff: { kind: 'whole', default: 1, least: 1, expected: 'a whole number of {least} or more' },
  jitterRange: {
    kind: 'number',
    defaultWords: 'none',
    above: 0,
    most: 1,
    expected: 'a number above {above} and up to {most}',
  },
  maxInterval: {
    kind: 'duration',
    defaultWords: amount(LONGEST_INTERVAL, 'duration'),
    least: 'the interval',
    most: LONGEST_INTERVAL,
    expected: 'a duration from {least} up to {most}',
  },
  trips: { kind: 'flag', defaultWords: "true; false for `kind: 'loop'`", expected: 'true or false' },
  onFatal: { kind: 'text', default: 'halt', texts: ['halt', 'continue'], expected: "'halt' or 'continue'" },
  restartAfter: {
    kind: 'duration',
    defaultWords: `the longer of ${inSeconds(RESTART_TIME)} s and ${RESTART_INTERVALS} intervals`,
    above: 0,
    most: LONGEST_INTERVAL,
    texts: ['never'],
    expected: "'never' or a duration above {above} and up to {most}",
  },
  name: {
    kind: 'text',
    defaultWords: 'required',
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    expected: 'lower-case letters, digits and dashes, 1 to 64 of them',
  },
  /** `most` is the longest time that one invocation of a Lambda function may last. */
  timeout: {
    kind: 'duration',
    default: 50 * SECOND,
    above: 0,
    most: 15 * MINUTE,
    expected: 'a duration above {above} and up to {most}',
  },
  /**
   * `least` allows one second for the workload to end after its signal has been aborted, and one second for one attempt
   * to write the state.
   */
  reserve: {
    kind: 'duration',
    default: 5 * SECOND,
    least: 2 * SECOND,
    below: 'the timeout',
    expected: 'a duration of {least} or more and below {below}',
  },
  maxDuration: {
    kind: 'duration',
    defaultWords: 'timeout less reserve',
    above: 0,
    most: 'timeout less reserve',
    expected: 'a duration above {above} and up to {most}',
  },
  leaseMargin: {
    kind: 'duration',
    default: 5 * SECOND,
    least: 0,
    most: 15 * MINUTE,
    expected: 'a duration of {least} or more, up to {most}',
  },
  /** The memory of the Lambda function that runs the service, in megabytes. */
  memorySize: {
    kind: 'whole',
    default: 256,
    least: 128,
    most: 10_240,
    expected: 'whole megabytes from {least} to {most}',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** The name of an option that has limits. */
export type LimitedOption = keyof typeof LIMITS;

/** The optional parameters of {@link limitFaults}. */
interface Judging {
  /** Limits that are used in place of those in {@link LIMITS}. @default those in LIMITS */
  readonly limit?: Limit;
  readonly bounds?: NamedBounds;
  /**
   * The value as a person wrote it. A duration is at fault if this value leaves its unit unclear. @default the unit is
   * clear
   */
  readonly written?: unknown;
  /** The value as the message of the fault shows it. @default the value that is checked */
  readonly got?: string;
}

/**
 * Checks the value of an option. Returns its fault as `option: expected ..., got ...`, or an empty list for a valid
 * value. The value of a duration must be in milliseconds.
 */
export function limitFaults(option: LimitedOption, value: unknown, judging: Judging = {}): string[] {
  const { limit = LIMITS[option], bounds = {}, written, got = showValue(value) } = judging;
  const hint = limit.kind === 'duration' ? unitHint(written) : '';
  const holds = hint === '' && isWithin(limit, value, bounds);
  return optionFault(holds, option, expectedWords(limit, bounds), `${got}${hint}`);
}

/** Makes the fault of an option: a list with `option: expected ..., got ...`, or an empty list if `holds` is true. */
export function optionFault(holds: boolean, option: string, expected: string, got: string): string[] {
  return holds ? [] : [`${option}: expected ${expected}, got ${got}`];
}

/**
 * The allowed values of an option in words. A bound that follows from other options is shown by its name, and with its
 * value in seconds if `bounds` contains the value.
 */
export function expectedWords({ kind, expected, ...limit }: Limit, bounds: NamedBounds = {}): string {
  return expected.replace(/\{(above|least|most|below)\}/g, (_, end: 'above' | 'least' | 'most' | 'below') => {
    const bound = limit[end] ?? '';
    if (typeof bound === 'number') return amount(bound, kind);
    const value = bounds[bound as keyof NamedBounds];
    return value === undefined ? bound : `${bound} (${inSeconds(value)} s)`;
  });
}

/** The default of an option in words, as the README's table of options shows it. */
export function defaultWords(option: LimitedOption): string {
  const limit: Limit = LIMITS[option];
  if (limit.default === undefined) return limit.defaultWords ?? 'none';
  return typeof limit.default === 'string' ? `'${limit.default}'` : amount(limit.default, limit.kind);
}

function isWithin({ kind, texts, pattern, ...limit }: Limit, value: unknown, bounds: NamedBounds): boolean {
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'text' && typeof value !== 'string') return false;
  if (typeof value === 'string') return texts?.includes(value) === true || pattern?.test(value) === true;
  if (typeof value !== 'number' || (kind === 'whole' && !Number.isSafeInteger(value))) return false;
  const at = (bound: Bound | undefined, open: number) => (typeof bound === 'string' ? bounds[bound] : bound) ?? open;
  const [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return (
    value > at(limit.above, lowest) &&
    value >= at(limit.least, lowest) &&
    value <= at(limit.most, highest) &&
    value < at(limit.below, highest)
  );
}

function amount(value: number, kind: Limit['kind']): string {
  if (kind !== 'duration' || value === 0) return String(value);
  return value % DAY === 0 ? `${value / DAY} days` : `${inSeconds(value)} s`;
}
