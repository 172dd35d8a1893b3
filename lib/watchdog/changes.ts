/**
 * Compares what a check by the watchdog finds with what the watchdog remembers, and decides which changes it reports.
 * Pure.
 *
 *   - A trouble is reported when a check first finds it, when its kind changes, and when it begins again.
 *   - `recovered` is reported when the service is well and a run has succeeded since the trouble began; after
 *     `never-ran` and `overdue` a scheduled tick must have arrived, too. A resume or a pause doesn't end a trouble but
 *     interrupts it: if a later check finds the trouble again, it is reported again.
 *   - While a service is paused, nothing is reported. A trouble that holds at the end of the pause is reported then.
 *   - A service that is well at its first check is not reported.
 *
 * The watchdog first stores a change together with the names of all senders, which have to send it. Then it sends. If
 * its process dies in between, the next check sends the change with the same id.
 */
import { newestTick, type ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { isBlocked, type Judgement, judge, type Trouble } from './judge.ts';
import type { Owed, Remembered, RememberedTrouble } from './memory.ts';
import type { TroubleKind } from './notice.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** The result of one check for one service. */
export interface Checked {
  readonly watched: WatchedService;
  readonly judgement: Judgement;
  /** What the watchdog remembers of the service after this check. */
  readonly entry: Remembered;
  /**
   * Whether the change in `entry` is new in this check. False if there is no change, or if it is one that an earlier
   * check could not send.
   */
  readonly isNew: boolean;
  /** Whether the service has a trouble of any kind; false while a pause or a resume interrupts the trouble. */
  readonly inTrouble: boolean;
}

/** One watched service, its state as this check read it, and what the watchdog remembers of the service. */
interface Sight {
  readonly watched: WatchedService;
  readonly found: Found;
  readonly entry: Remembered;
  readonly now: number;
}

/**
 * Judges the service, and compares the judgement with what the watchdog remembers of the service. `now` is in epoch
 * milliseconds. `senders` are the names of all senders, each of which has to send a new change.
 */
export function checkService({ watched, found, entry, now }: Sight, senders: readonly string[]): Checked {
  const placed = atFloor(entry, { found, now });
  const judgement = judge(watched, found, { now, since: placed.floor });
  const next = compared(placed, judgement, senders);
  const inTrouble =
    judgement.finding !== 'quiet' && next.trouble !== undefined && next.trouble.interrupted === undefined;
  const isNew = next.owed !== undefined && next.owed !== entry.owed;
  return { watched, judgement, entry: next, isNew, inTrouble };
}

/**
 * Moves the floor, which is the instant up to which due times don't count as missed, when a pause or a halt has ended.
 * Ticks that are skipped during a pause or a halt leave no trace and are not missed. The floor moves to the end of a
 * pause that ended by itself, else to `now`, since the state doesn't show when a person resumed the service.
 */
function atFloor({ blocked: was, ...entry }: Remembered, { found, now }: Pick<Sight, 'found' | 'now'>): Remembered {
  if (isBlocked(found, now)) return { ...entry, blocked: true };
  if (was === undefined) return entry;
  const ended = found === undefined || found instanceof UnreadableStateError ? undefined : found.pause?.until;
  return { ...entry, floor: ended === undefined || ended > now ? now : ended };
}

function compared(entry: Remembered, judgement: Judgement, senders: readonly string[]): Remembered {
  const { finding } = judgement;
  if (finding === 'quiet') return interrupted(entry);
  return finding === 'well' ? whenWell(entry, judgement, senders) : whenInTrouble(entry, judgement, senders);
}

function whenWell(entry: Remembered, judgement: Judgement, senders: readonly string[]): Remembered {
  const { trouble } = entry;
  if (trouble === undefined) return entry;
  if (isUndecided(trouble, judgement)) return entry;
  if (hasSucceededSince(trouble, judgement.found)) {
    const owed: Owed = { kind: 'recovered', since: trouble.since, was: trouble.kind, senders: [...senders] };
    return { ...entry, trouble: undefined, owed };
  }
  return { ...interrupted(entry), owed: undefined };
}

function whenInTrouble(entry: Remembered, judgement: Judgement, senders: readonly string[]): Remembered {
  const found = judgement.finding as Trouble;
  const { trouble } = entry;
  if (trouble !== undefined && isSameTrouble(trouble, found, judgement.found)) return entry;
  // The id of a change contains the start of its trouble. So the start of a new trouble must be later than that of the
  // remembered one, or both could have the same id.
  const isLater = trouble === undefined || found.since > trouble.since;
  const since = isLater ? found.since : Math.max(judgement.now, trouble.since + 1);
  const next = rememberedTrouble({ kind: found.kind, since }, judgement.found);
  return { ...entry, trouble: next, owed: { kind: found.kind, since, senders: [...senders] } };
}

function interrupted(entry: Remembered): Remembered {
  return entry.trouble === undefined ? entry : { ...entry, trouble: { ...entry.trouble, interrupted: true } };
}

/**
 * Whether the remembered trouble may still last although this check doesn't find it. `never-ran` and `overdue` last
 * until a newer tick arrives: a run that is going on, or a new schedule, doesn't end them.
 */
function isUndecided({ kind, tick }: RememberedTrouble, { running, found }: Judgement): boolean {
  return isAbsence(kind) && (running || (isState(found) && newestTick(found) === tick));
}

function isAbsence(kind: TroubleKind): boolean {
  return kind === 'never-ran' || kind === 'overdue';
}

function isSameTrouble(trouble: RememberedTrouble, found: Trouble, state: Judgement['found']): boolean {
  if (trouble.interrupted !== undefined) return false;
  // A service with the trouble `never-ran` has the trouble `overdue` after a run by hand. That is the same trouble,
  // since no scheduled tick has come.
  if (isAbsence(trouble.kind) && isAbsence(found.kind) && isState(state)) return newestTick(state) === trouble.tick;
  if (trouble.kind !== found.kind) return false;
  const { epoch, build } = rememberedTrouble(found, state);
  if (trouble.epoch !== epoch || trouble.build !== build) return false;
  const counts = found.kind === 'halted' || found.kind === 'unhealthy';
  return !(counts && found.since > trouble.since && hasSucceededSince(trouble, state));
}

function hasSucceededSince({ success }: RememberedTrouble, found: Judgement['found']): boolean {
  return isState(found) && found.lastSuccess !== undefined && found.lastSuccess > (success ?? 0);
}

function rememberedTrouble(trouble: Trouble, found: Judgement['found']): RememberedTrouble {
  if (!isState(found)) return { ...trouble, success: trouble.since };
  const build = trouble.kind === 'halted' ? found.halt?.build : undefined;
  return { ...trouble, epoch: found.epoch, build, tick: newestTick(found), success: found.lastSuccess };
}

function isState(found: Judgement['found']): found is ServiceState {
  return !(found instanceof UnreadableStateError);
}
