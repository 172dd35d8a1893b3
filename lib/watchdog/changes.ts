/**
 * Compares what a check finds with what is remembered, and decides what is said. Pure.
 *
 *   - A trouble is said once: when it is first found, when it changes into another kind, and when it begins again.
 *   - `recovered` is said when the service is well and a run has succeeded since the trouble. A resume or a pause ends
 *     no trouble: the trouble is then interrupted, and if it is found again, it is said again.
 *   - While a service is paused nothing is said; what still holds when the pause ends is said then.
 *   - A service that is well at the first check is not mentioned.
 *
 * What is said is first remembered as owed to every sender, and then sent: a watchdog that dies in between sends it at
 * its next check, with the same id.
 */
import { newestTick, type ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { isBlocked, type Judgement, judge, type Trouble } from './judge.ts';
import type { Owed, Remembered, RememberedTrouble } from './memory.ts';
import type { TroubleKind } from './notice.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/** What a check makes of one service. */
export interface Checked {
  readonly watched: WatchedService;
  readonly judgement: Judgement;
  /** What to remember. */
  readonly entry: Remembered;
  /** Whether this check found a change. */
  readonly isNew: boolean;
  /** Whether the service counts as unhealthy now. */
  readonly inTrouble: boolean;
}

/** One service of a check. */
interface Sight {
  readonly watched: WatchedService;
  readonly found: Found;
  readonly entry: Remembered;
  readonly now: number;
}

/** Judges the service, and returns what to remember of it. `senders` are the names of all senders. */
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
 * The end of a pause or a halt moves the floor: ticks until then could leave no trace. A pause that ended by itself
 * has the instant of its end; a resume has none, so the check that finds it counts.
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
  // A later beginning gives another id than that of the trouble before, whatever its kind.
  const isLater = trouble === undefined || found.since > trouble.since;
  const since = isLater ? found.since : Math.max(judgement.now, trouble.since + 1);
  const next = rememberedTrouble({ kind: found.kind, since }, judgement.found);
  return { ...entry, trouble: next, owed: { kind: found.kind, since, senders: [...senders] } };
}

function interrupted(entry: Remembered): Remembered {
  return entry.trouble === undefined ? entry : { ...entry, trouble: { ...entry.trouble, interrupted: true } };
}

/** A trouble by absence lasts until a tick comes: a run under way or a new schedule doesn't end it yet. */
function isUndecided({ kind, tick }: RememberedTrouble, { running, found }: Judgement): boolean {
  return isAbsence(kind) && (running || (isState(found) && newestTick(found) === tick));
}

function isAbsence(kind: TroubleKind): boolean {
  return kind === 'never-ran' || kind === 'overdue';
}

function isSameTrouble(trouble: RememberedTrouble, found: Trouble, state: Judgement['found']): boolean {
  if (trouble.interrupted !== undefined) return false;
  // A run by hand makes a service that has never run an overdue one: nothing has changed for its schedule.
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
