/**
 * The default, bounds and unit of each option of a service. `defineService`, the checks of the stack and the table of
 * options in README.md all use this file.
 */
import { showValue } from '../text/index.ts';
import { DAY, inSeconds, MINUTE, SECOND, unitHint } from '../time/index.ts';

/**
 * A bound of an option: a number (milliseconds for a duration), or the name of a bound that depends on other options.
 */
type Bound = number | 'the interval' | 'the timeout' | 'timeout less reserve';

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
  /** The allowed values in words. `{above}`, `{least}`, `{most}` and `{below}` stand for the bounds. */
  readonly expected: string;
}

const SHORTEST_INTERVAL = 0.1 * SECOND;
/** The longest interval, in milliseconds. No `interval`, `maxInterval`, `restartAfter` or backoff may be longer. */
export const LONGEST_INTERVAL = 366 * DAY;
/** The default of the option `interval` for a service of `kind: 'loop'`, in milliseconds. */
export const LOOP_INTERVAL = MINUTE;
/**
 * The default of the option `restartAfter`: `RESTART_TIME` milliseconds, or `RESTART_INTERVALS` intervals if they are
 * longer.
 */
export const RESTART_TIME = 15 * MINUTE;
export const RESTART_INTERVALS = 10;

/** The limits of the options of a service. Messages list faults in this order. */
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
  /** At most 64, since the state item stores one character for each of these outcomes. */
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
  /** At most 15 minutes, the longest time that AWS allows one invocation of a Lambda function. */
  timeout: {
    kind: 'duration',
    default: 50 * SECOND,
    above: 0,
    most: 15 * MINUTE,
    expected: 'a duration above {above} and up to {most}',
  },
  /**
   * At least 2 s: one for the workload to end after its signal is aborted, and one for an attempt to write the state.
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
  secretsMaxAge: {
    kind: 'duration',
    default: 5 * MINUTE,
    least: 10 * SECOND,
    most: DAY,
    expected: 'a duration from {least} up to {most}',
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

interface Judging {
  /** The limit to check against. @default the entry of the option in {@link LIMITS} */
  readonly limit?: Limit;
  readonly bounds?: NamedBounds;
  /**
   * The value as a person wrote it. A duration whose unit is unclear in it, such as `5`, is at fault.
   * @default the unit is not checked
   */
  readonly written?: unknown;
  readonly got?: string;
}

/**
 * Checks the value of an option, which for a duration is in milliseconds. Returns a list with the fault as `option:
 * expected ..., got ...`, or an empty list for a valid value.
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
 * The allowed values of an option in words. `bounds` gives the values, in milliseconds, of bounds that depend on other
 * options; a bound without a value is shown by its name only.
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
  if (value === DAY) return '1 day';
  return value % DAY === 0 ? `${value / DAY} days` : `${inSeconds(value)} s`;
}
