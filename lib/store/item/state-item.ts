/**
 * Converts the state of a service to the attributes of its state item, and back. A damaged item is never repaired here.
 */
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import {
  formatRunHistory,
  type Lease,
  NEVER_RUN,
  type Pause,
  type RunEntry,
  type ServiceState,
} from '../../rules/index.ts';
import { UnreadableStateError } from '../../service/index.ts';
import { cut, mask, withoutUndefined } from '../../text/index.ts';
import { type Fault, type Item, type ValidItem, validateItem } from './validate-item.ts';
import { VERSION, versionFault } from './version.ts';

/**
 * The state that an item contains.
 * @param now if given, an instant that is farther ahead of `now` than `validateItem` allows counts as damage
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export function readItem(service: string, item: Item, now?: number): ServiceState {
  checkVersion(service, item);
  const { faults, runs } = validateItem(item, now);
  if (faults[0] !== undefined) throw damaged(service, faults[0], item);
  return stateOf(item as unknown as ValidItem, runs);
}

/**
 * The state that an item contains; without an item, the state of a service that has never run.
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
export function stateIn(service: string, item: Item | undefined, now?: number): ServiceState {
  return item === undefined ? NEVER_RUN : readItem(service, item, now);
}

/**
 * Checks the version of an item.
 * @throws UnreadableStateError if the version is damaged, or newer than this code
 */
export function checkVersion(service: string, item: Item): void {
  const fault = versionFault(item);
  if (fault !== undefined) throw damaged(service, fault, item);
  const version = Number(item['v']);
  if (version <= VERSION) return;
  const what = `its state is of version ${version}, this code knows ${VERSION}`;
  throw new UnreadableStateError('state-newer', service, what);
}

function damaged(service: string, fault: Fault, item: Item): UnreadableStateError {
  const what = `its state is damaged: ${fault.attribute}: ${describeFault(fault, item)}`;
  return new UnreadableStateError('state-damaged', service, what);
}

/** A fault in words, such as `expected up to 64 of 0 and 1, got "1102"`. */
export function describeFault({ attribute, expected }: Fault, item: Item): string {
  return `expected ${expected}, got ${describeValue(item[attribute])}`;
}

const DESCRIBED_BYTES = 100;

/** A stored value of any type in words, cut to 100 bytes and with credentials masked. */
export function describeValue(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes of binary`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (isLongNumber(value)) return String(value);
  const words = mask(
    JSON.stringify(value, (_name, inner) => (isLongNumber(inner) ? String(inner) : inner)) ?? 'undefined',
  );
  const short = cut(words, DESCRIBED_BYTES);
  return short === words ? words : `${short}...`;
}

function isLongNumber(value: unknown): value is bigint | NumberValue {
  return typeof value === 'bigint' || value instanceof NumberValue;
}

function stateOf(item: ValidItem, runs: readonly RunEntry[]): ServiceState {
  return withoutUndefined({
    fence: item.fence,
    countedUpTo: item.done,
    epoch: item.epoch ?? 0,
    lease: leaseOf(item),
    lastTick: item.lastTick,
    lastSuccess: item.lastSuccess,
    notBefore: item.notBefore,
    // Older code that doesn't know `notBeforeBuild` may have removed only `notBefore`.
    notBeforeBuild: item.notBefore === undefined ? undefined : item.notBeforeBuild,
    halt: haltOf(item),
    pause: pauseOf(item),
    trackRecord: [...(item.record ?? '')].map((outcome) => outcome === '1'),
    backoffCount: item.backoffCount ?? 0,
    streak: item.streak ?? 0,
    failuresAfter: item.failuresSince ?? 0,
    runs,
    cursor: item.cursor,
  });
}

function leaseOf({ leaseOwner: owner, leaseUntil: until, leaseTick: tick }: ValidItem) {
  return until === undefined || owner === undefined ? undefined : withoutUndefined({ owner, until, tick });
}

function haltOf({ haltAt: at, haltUntil: until, haltBuild: build, haltCause: cause = 'unknown' }: ValidItem) {
  return at === undefined ? undefined : withoutUndefined({ at, until, build, cause });
}

function pauseOf({ pauseAt: at, pauseUntil: until, pauseReason: reason = '', pauseBy: by = '' }: ValidItem) {
  return at === undefined ? undefined : withoutUndefined({ at, until, reason, by });
}

/**
 * The attributes that a commit writes, or removes if their value is undefined. Fence, pause and epoch are not among
 * them, since only an acquire or an operator changes those.
 */
export function committedAttributes(state: ServiceState) {
  const { halt } = state;
  return {
    lastTick: state.lastTick,
    lastSuccess: state.lastSuccess,
    notBefore: state.notBefore,
    notBeforeBuild: state.notBeforeBuild,
    haltAt: halt?.at,
    haltUntil: halt?.until,
    haltBuild: halt?.build,
    haltCause: halt?.cause,
    record: state.trackRecord.includes(false)
      ? state.trackRecord.map((outcome) => (outcome ? '1' : '0')).join('')
      : undefined,
    backoffCount: state.backoffCount || undefined,
    streak: state.streak || undefined,
    failuresSince: state.failuresAfter || undefined,
    runs: state.runs.length === 0 ? undefined : formatRunHistory(state.runs),
    cursor: state.cursor,
  };
}

export function leaseAttributes({ owner, until, tick }: Lease) {
  return { leaseOwner: owner, leaseUntil: until, leaseTick: tick };
}

/** The attributes of a pause in the state item; without a pause, all are undefined. */
export function pauseAttributes(pause: Pause | undefined) {
  return { pauseAt: pause?.at, pauseUntil: pause?.until, pauseReason: pause?.reason, pauseBy: pause?.by };
}
