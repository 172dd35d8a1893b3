/**
 * Compares what a check finds with what the watchdog remembers, and decides what to report.
 *
 *   - A trouble is reported when a check first finds it, when its kind changes, and when it begins again.
 *   - `recovered` is reported when the service is well and a run has succeeded since the trouble began; after
 *     `never-ran` and `overdue` a scheduled tick must have arrived, too.
 *   - A resume or a pause interrupts a trouble. A later check that finds the trouble again reports it again.
 *   - While a service is paused, nothing is reported.
 *   - A service that is well at its first check is not reported.
 *
 * A change is stored before it is sent. If the process dies in between, the next check sends it with the same id.
 */
import { newestTick, type ServiceState } from '../rules/index.ts';
import { isUnreadableState } from '../service/index.ts';
import { isBlocked, type Judgement, judge, type Trouble } from './judge.ts';
import type { Owed, Remembered, RememberedTrouble } from './memory.ts';
import type { TroubleKind } from './notice.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

export interface Checked {
  readonly watched: WatchedService;
  readonly judgement: Judgement;
  /** What the watchdog remembers of the service after this check. */
  readonly entry: Remembered;
  /**
   * Whether this check found the change in `entry`. False if there is no change, or if an earlier check found it but
   * could not send it.
   */
  readonly isNew: boolean;
  /**
   * Whether the service has a trouble now. False while the service is paused, and after a resume until a check finds
   * the trouble again.
   */
  readonly inTrouble: boolean;
}

interface Sight {
  readonly watched: WatchedService;
  readonly found: Found;
  readonly entry: Remembered;
  readonly now: number;
}

/**
 * Judges the service and compares the result with what the watchdog remembers.
 * @param senders the names of all senders; each has to send a new change
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
 * Sets `floor`, the instant up to which due times don't count as missed. Ticks in a pause or a halt leave no trace, so
 * `floor` moves to the end of the pause, or to `now` if that end is not stored.
 */
function atFloor({ blocked: was, ...entry }: Remembered, { found, now }: Pick<Sight, 'found' | 'now'>): Remembered {
  if (isBlocked(found, now)) return { ...entry, blocked: true };
  if (was === undefined) return entry;
  const ended = found === undefined || isUnreadableState(found) ? undefined : found.pause?.until;
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
  // The id of a change contains `since`, so a new trouble needs a later `since` than the remembered one.
  const isLater = trouble === undefined || found.since > trouble.since;
  const since = isLater ? found.since : Math.max(judgement.now, trouble.since + 1);
  const next = rememberedTrouble({ kind: found.kind, since }, judgement.found);
  return { ...entry, trouble: next, owed: { kind: found.kind, since, senders: [...senders] } };
}

function interrupted(entry: Remembered): Remembered {
  return entry.trouble === undefined ? entry : { ...entry, trouble: { ...entry.trouble, interrupted: true } };
}

/**
 * Whether the remembered trouble may still last although this check doesn't find it: `never-ran` and `overdue` end only
 * when a newer tick arrives.
 */
function isUndecided({ kind, tick }: RememberedTrouble, { running, found }: Judgement): boolean {
  return isAbsence(kind) && (running || (isState(found) && newestTick(found) === tick));
}

function isAbsence(kind: TroubleKind): boolean {
  return kind === 'never-ran' || kind === 'overdue';
}

function isSameTrouble(trouble: RememberedTrouble, found: Trouble, state: Judgement['found']): boolean {
  if (trouble.interrupted !== undefined) return false;
  // After a run by hand, `never-ran` becomes `overdue`. As no scheduled tick has arrived, it is the same trouble.
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
  return !isUnreadableState(found);
}
