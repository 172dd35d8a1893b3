/**
 * The hot item: a service's state as flat attributes. Reading is strict, since a state that was read wrongly would be
 * forgiven failures or run twice: whatever doesn't look as written is reported as damaged, and nothing is repaired here.
 */
import { UnreadableStateError } from '../runner/index.ts';
import { type Halt, type Lease, type Pause, readRing, type ServiceState, UNKNOWN, writeRing } from '../tick/index.ts';

/** The version of the attributes' meaning. It rises only for incompatible changes. */
export const VERSION = 1;

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * The state in an item.
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export function readItem(service: string, item: Item): ServiceState {
  const read = readerOf(service, item);
  const version = read.integer('v');
  if (version === undefined || version < 1) throw read.damaged('v', 'a version from 1');
  if (version > VERSION) {
    throw new UnreadableStateError(
      'state-newer',
      service,
      `its state is of version ${version}, this code knows ${VERSION}`,
    );
  }
  const optional = <Value>(name: keyof ServiceState, value: Value | undefined) =>
    value === undefined ? {} : { [name]: value };
  return {
    fence: read.required('fence'),
    done: read.required('done'),
    epoch: read.integer('epoch') ?? 0,
    ...optional('lease', readLease(read)),
    ...optional('lastTick', read.instant('lastTick')),
    ...optional('lastSuccess', read.instant('lastSuccess')),
    ...optional('notBefore', read.instant('notBefore')),
    ...optional('halt', readHalt(read)),
    ...optional('pause', readPause(read)),
    record: readRecord(read),
    backoffCount: read.integer('backoffCount') ?? 0,
    streak: read.integer('streak') ?? 0,
    failuresSince: read.integer('failuresSince') ?? 0,
    runs: readRuns(read),
    ...optional('cursor', read.text('cursor')),
  };
}

/** The state in an item that may not exist yet. */
export function stateIn(service: string, item: Item | undefined): ServiceState {
  return item === undefined ? UNKNOWN : readItem(service, item);
}

/** Damage can be anything, also what JSON has no word for. */
function told(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : String(JSON.stringify(value));
}

interface Reader {
  integer(name: string): number | undefined;
  /** Epoch milliseconds that a date can tell. */
  instant(name: string): number | undefined;
  required(name: string): number;
  text(name: string): string | undefined;
  damaged(name: string, expected: string): UnreadableStateError;
}

/** The last instant that can be written as a date. */
const LAST_INSTANT = 8.64e15;

function readerOf(service: string, item: Item): Reader {
  const damaged = (name: string, expected: string) =>
    new UnreadableStateError(
      'state-damaged',
      service,
      `its state is damaged: ${name}: expected ${expected}, got ${told(item[name])}`,
    );
  const integer = (name: string) => {
    const value = item[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw damaged(name, 'a whole number');
    return value;
  };
  return {
    integer,
    instant(name) {
      const value = integer(name);
      if (value !== undefined && Math.abs(value) > LAST_INSTANT) throw damaged(name, 'epoch milliseconds');
      return value;
    },
    required(name) {
      const value = integer(name);
      if (value === undefined) throw damaged(name, 'a whole number');
      return value;
    },
    text(name) {
      const value = item[name];
      if (value !== undefined && typeof value !== 'string') throw damaged(name, 'text');
      return value;
    },
    damaged,
  };
}

function readLease(read: Reader): Lease | undefined {
  const until = read.instant('leaseUntil');
  const owner = read.text('leaseOwner');
  const tick = read.instant('leaseTick');
  if (until === undefined && owner === undefined) return undefined;
  if (until === undefined) throw read.damaged('leaseUntil', 'a whole number beside leaseOwner');
  if (owner === undefined) throw read.damaged('leaseOwner', 'text beside leaseUntil');
  return { owner, until, ...(tick === undefined ? {} : { tick }) };
}

function readHalt(read: Reader): Halt | undefined {
  const at = read.instant('haltAt');
  const until = read.instant('haltUntil');
  const build = read.text('haltBuild');
  const cause = read.text('haltCause') ?? 'unknown';
  if (at === undefined) return undefined;
  return { at, ...(until === undefined ? {} : { until }), ...(build === undefined ? {} : { build }), cause };
}

function readPause(read: Reader): Pause | undefined {
  const at = read.instant('pauseAt');
  const until = read.instant('pauseUntil');
  const reason = read.text('pauseReason') ?? '';
  const by = read.text('pauseBy') ?? '';
  return at === undefined ? undefined : { at, ...(until === undefined ? {} : { until }), reason, by };
}

function readRecord(read: Reader): readonly boolean[] {
  const record = read.text('record') ?? '';
  if (!/^[01]{0,64}$/.test(record)) throw read.damaged('record', 'up to 64 of 0 and 1');
  return [...record].map((outcome) => outcome === '1');
}

function readRuns(read: Reader) {
  const runs = readRing(read.text('runs') ?? '');
  if (runs === undefined) throw read.damaged('runs', 'runs separated by a space');
  return runs;
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
    runs: state.runs.length === 0 ? undefined : writeRing(state.runs),
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
