/**
 * Ways to damage one attribute of a stored state: every type that DynamoDB knows, and values of the right type that
 * mean nothing.
 */
import { NumberValue } from '@aws-sdk/lib-dynamodb';

/**
 * One damage. What is known to be harmless is said here, attribute by attribute, and not asked of the code under test.
 */
export interface Damage {
  readonly attribute: string;
  /** In a few words. */
  readonly kind: string;
  /** What stands there instead; `undefined` for nothing. */
  readonly value: unknown;
  /** The state reads as one that says just that, and nothing is told. */
  readonly harmless: boolean;
}

/** 2025-10-09T09:00:00Z: the tick that is asked for. */
export const DUE = 1_760_000_400_000;

/** An item with something of everything, as it stands before a tick that may run. */
export const VALID: Readonly<Record<string, unknown>> = {
  v: 1,
  fence: 41,
  done: 41,
  epoch: 2,
  lastTick: DUE - 60_000,
  lastSuccess: DUE - 120_000,
  notBefore: DUE - 60_000,
  notBeforeBuild: 'b1',
  haltAt: DUE - 9_000,
  haltUntil: DUE - 1_000,
  haltBuild: 'b1',
  haltCause: 'TypeError: x',
  pauseAt: DUE - 9_000,
  pauseUntil: DUE - 1_000,
  pauseReason: 'moving',
  pauseBy: 'ada',
  leaseOwner: 'theirs',
  leaseUntil: DUE - 5_000,
  leaseTick: DUE - 60_000,
  record: '10',
  backoffCount: 1,
  streak: 2,
  failuresSince: 3,
  runs: 'S1.5 Fmgj6rdpc.5',
  cursor: 'here',
};

const TEXTS = [
  ...['leaseOwner', 'notBeforeBuild', 'haltBuild', 'haltCause'],
  ...['pauseReason', 'pauseBy', 'record', 'runs', 'cursor'],
];
const COUNTS = ['fence', 'done', 'epoch', 'backoffCount', 'streak', 'failuresSince'];
const NUMBERS = Object.keys(VALID).filter((attribute) => !TEXTS.includes(attribute));
const INSTANTS = NUMBERS.filter((attribute) => attribute !== 'v' && !COUNTS.includes(attribute));

/** Without these the state is that of a service that never had them. */
const MAY_BE_MISSING = [
  ...['epoch', 'leaseTick', 'lastSuccess', 'notBefore', 'notBeforeBuild', 'haltUntil', 'haltBuild', 'haltCause'],
  ...['pauseUntil', 'pauseReason', 'pauseBy', 'record', 'backoffCount', 'streak', 'failuresSince', 'runs', 'cursor'],
];
/** These texts say whatever they say. */
const FREE_TEXTS = TEXTS.filter((attribute) => !['record', 'runs'].includes(attribute));
/** A mark before any time there was is no mark; but the newest tick in `runs` is above it. */
const MAY_BE_NEGATIVE = INSTANTS.filter((attribute) => attribute !== 'lastTick');
/** Ahead of the clock, yet on its way back or only told. */
const MAY_BE_AHEAD = ['lastSuccess', 'haltAt', 'pauseAt', 'pauseUntil'];
const YEAR_2100 = 4_102_444_800_000;

const WRONG_TYPES: readonly (readonly [kind: string, value: unknown])[] = [
  ['BOOL', true],
  ['NULL', null],
  ['B', new Uint8Array([1, 2, 3])],
  ['SS', new Set(['a', 'b'])],
  ['NS', new Set([1, 2])],
  ['BS', new Set([new Uint8Array([1])])],
  ['L', [1, 'two', { three: 3 }]],
  ['M', { at: 1, of: { depth: [2] } }],
];
const NO_NUMBERS: readonly (readonly [kind: string, value: unknown])[] = [
  ['S that looks like a number', '41'],
  ['S that is none', 'NaN'],
  ['a fraction', 41.5],
  ['more digits than a number has', NumberValue.from('12345678901234567890.5')],
  ['more than a whole number can be', 2n ** 60n],
  ['1e125', NumberValue.from('1e125')],
];

/** All of them, the same ones every time. */
export function damages(): readonly Damage[] {
  return Object.keys(VALID).flatMap((attribute) =>
    valuesFor(attribute).map(([kind, value]) => ({ attribute, kind, value, harmless: isHarmless(attribute, kind) })),
  );
}

function valuesFor(attribute: string): (readonly [kind: string, value: unknown])[] {
  return [
    ['missing', undefined] as const,
    ...WRONG_TYPES,
    ...(TEXTS.includes(attribute)
      ? ([
          ['N', 41],
          ['garbage', 'ÿ{"a":'],
          ['2 KB', 'x'.repeat(2_048)],
          ['300 KB', 'S1.5 '.repeat(60_000)],
        ] as const)
      : NO_NUMBERS),
    ...(NUMBERS.includes(attribute) ? ([['negative', -1]] as const) : []),
    ...(INSTANTS.includes(attribute)
      ? ([
          ['beyond dates', 8.64e15 + 1],
          ['the year 2100', YEAR_2100],
        ] as const)
      : []),
    ...(COUNTS.includes(attribute) ? ([['a billion', 1_000_000_000]] as const) : []),
  ];
}

function isHarmless(attribute: string, kind: string): boolean {
  if (kind === 'missing') return MAY_BE_MISSING.includes(attribute);
  if (kind === 'garbage') return FREE_TEXTS.includes(attribute);
  if (kind === 'negative') return MAY_BE_NEGATIVE.includes(attribute);
  if (kind === 'the year 2100') return MAY_BE_AHEAD.includes(attribute);
  // The fence may be any number above what was counted; these have no bound but that of numbers.
  if (kind === 'a billion') return ['fence', 'epoch', 'backoffCount', 'streak'].includes(attribute);
  return false;
}
