/**
 * The hot item: a service's state as flat attributes. Whatever isn't sound (`soundness.ts`) is reported as damaged, and nothing is
 * repaired here.
 */
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import {
  formatRunHistory,
  type Halt,
  type Lease,
  NEVER_RUN,
  type Pause,
  parseRunHistory,
  type ServiceState,
} from '../../rules/index.ts';
import { UnreadableStateError } from '../../service/index.ts';
import { cut, mask } from '../../text/index.ts';
import { type Fault, faultsOf, type Item } from './validate-item.ts';
import { migrated, VERSION } from './version.ts';

/**
 * The state in an item.
 * @param now where given, instants that no clock can have meant are damage too
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export function readItem(service: string, item: Item, now?: number): ServiceState {
  const version = versionOf(service, item);
  const current = version === VERSION ? item : migrated(item);
  const [fault] = faultsOf(current, now);
  if (fault !== undefined) throw damaged(service, faultText(fault, current));
  return stateOf(current);
}

/** The state in an item that may not exist yet. */
export function stateIn(service: string, item: Item | undefined, now?: number): ServiceState {
  return item === undefined ? NEVER_RUN : readItem(service, item, now);
}

/**
 * The version of an item, which this code knows.
 * @throws UnreadableStateError if it doesn't
 */
export function versionOf(service: string, { v }: Item): number {
  const isWhole = typeof v === 'number' && Number.isSafeInteger(v);
  const expected = isWhole || v === undefined ? 'a version from 1' : 'a whole number';
  if (!isWhole || v < 1) throw damaged(service, `v: expected ${expected}, got ${told(v)}`);
  if (v <= VERSION) return v;
  const what = `its state is of version ${v}, this code knows ${VERSION}`;
  throw new UnreadableStateError('state-newer', service, what);
}

function damaged(service: string, what: string): UnreadableStateError {
  return new UnreadableStateError('state-damaged', service, `its state is damaged: ${what}`);
}

/** A fault in words: `record: expected up to 64 of 0 and 1, got "1102"`. */
export function faultText({ attribute, expected }: Fault, item: Item): string {
  return `${attribute}: expected ${expected}, got ${told(item[attribute])}`;
}

const TOLD_BYTES = 100;

/** Damage can be anything, also what JSON has no word for, what is long, and what nobody should read. */
export function told(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes of binary`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (isLongNumber(value)) return String(value);
  const words = mask(
    JSON.stringify(value, (_name, inner) => (isLongNumber(inner) ? String(inner) : inner)) ?? 'undefined',
  );
  const short = cut(words, TOLD_BYTES);
  return short === words ? words : `${short}...`;
}

/** More digits than a number has: JSON has no word for it, in a list or a map neither. */
function isLongNumber(value: unknown): value is bigint | NumberValue {
  return typeof value === 'bigint' || value instanceof NumberValue;
}

/** The state in a sound item. */
function stateOf(item: Item): ServiceState {
  const read = readerOf(item);
  const lease = readLease(read);
  const lastTick = read.instant('lastTick');
  const lastSuccess = read.instant('lastSuccess');
  const notBefore = read.instant('notBefore');
  const halt = readHalt(read);
  const pause = readPause(read);
  const cursor = read.text('cursor');
  return {
    fence: read.count('fence'),
    done: read.count('done'),
    epoch: read.count('epoch'),
    ...(lease === undefined ? {} : { lease }),
    ...(lastTick === undefined ? {} : { lastTick }),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(halt === undefined ? {} : { halt }),
    ...(pause === undefined ? {} : { pause }),
    record: [...(read.text('record') ?? '')].map((outcome) => outcome === '1'),
    backoffCount: read.count('backoffCount'),
    streak: read.count('streak'),
    failuresSince: read.count('failuresSince'),
    runs: parseRunHistory(read.text('runs') ?? '') ?? [],
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Attributes whose types are known to be right. */
function readerOf(item: Item) {
  return {
    count: (name: string) => (item[name] as number | undefined) ?? 0,
    instant: (name: string) => item[name] as number | undefined,
    text: (name: string) => item[name] as string | undefined,
  };
}

type Reader = ReturnType<typeof readerOf>;

function readLease(read: Reader): Lease | undefined {
  const until = read.instant('leaseUntil');
  const owner = read.text('leaseOwner');
  const tick = read.instant('leaseTick');
  if (until === undefined || owner === undefined) return undefined;
  return { owner, until, ...(tick === undefined ? {} : { tick }) };
}

function readHalt(read: Reader): Halt | undefined {
  const at = read.instant('haltAt');
  if (at === undefined) return undefined;
  const until = read.instant('haltUntil');
  const build = read.text('haltBuild');
  const cause = read.text('haltCause') ?? 'unknown';
  return { at, ...(until === undefined ? {} : { until }), ...(build === undefined ? {} : { build }), cause };
}

function readPause(read: Reader): Pause | undefined {
  const at = read.instant('pauseAt');
  if (at === undefined) return undefined;
  const until = read.instant('pauseUntil');
  const reason = read.text('pauseReason') ?? '';
  const by = read.text('pauseBy') ?? '';
  return { at, ...(until === undefined ? {} : { until }), reason, by };
}

/**
 * The attributes that a commit writes; an undefined one is removed, and one that holds what a missing one means is left out.
 * The lease is not among them (a commit frees it), nor the fence (an acquire raises it), the pause and the epoch (an operator's).
 */
export function committedAttributes(state: ServiceState): Record<string, unknown> {
  const { halt } = state;
  return {
    lastTick: state.lastTick,
    lastSuccess: state.lastSuccess,
    notBefore: state.notBefore,
    haltAt: halt?.at,
    haltUntil: halt?.until,
    haltBuild: halt?.build,
    haltCause: halt?.cause,
    record: state.record.includes(false) ? state.record.map((outcome) => (outcome ? '1' : '0')).join('') : undefined,
    backoffCount: state.backoffCount || undefined,
    streak: state.streak || undefined,
    failuresSince: state.failuresSince || undefined,
    runs: state.runs.length === 0 ? undefined : formatRunHistory(state.runs),
    cursor: state.cursor,
  };
}

/** The attributes of a lease. */
export function leaseAttributes({ owner, until, tick }: Lease): Record<string, unknown> {
  return { leaseOwner: owner, leaseUntil: until, leaseTick: tick };
}

/** The attributes of a pause; without one they are removed. */
export function pauseAttributes(pause: Pause | undefined): Record<string, unknown> {
  return { pauseAt: pause?.at, pauseUntil: pause?.until, pauseReason: pause?.reason, pauseBy: pause?.by };
}
