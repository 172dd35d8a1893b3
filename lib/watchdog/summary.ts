/** The summary of one service in a list: its status and the facts by which a person or a script decides what to do. */
import {
  type BackoffRules,
  NEVER_RUN,
  nextRunDue,
  pauseHolds,
  type Schedule,
  type ServiceState,
  type ShownPause,
  type Status,
  serviceStatus,
  shownPause,
  withinBackoff,
} from '../rules/index.ts';
import { isUnreadableState } from '../service/index.ts';
import { mask } from '../text/index.ts';
import { SECOND, toIso, toIsoOrNull } from '../time/index.ts';
import type { Found } from './ports.ts';
import type { WatchedService } from './watched-service.ts';

/**
 * The status of a service in a list. Besides those that a state has: `unreadable`, its state is damaged; `not-read`,
 * its state could not be read this time; `removed`, it is no longer deployed, and its items are still in the table.
 */
export type ListedStatus = Status | 'unreadable' | 'not-read' | 'removed';

/** When a service is due: by its interval, or by its cron expression. */
export interface Cadence {
  /** The interval in seconds. With a cron expression it is the unit of a backoff. */
  readonly intervalSeconds: number;
  readonly cron: string | null;
  readonly timezone: string | null;
}

/** One service in a list. Times are in ISO 8601; a missing value is `null`. */
export interface ServiceSummary {
  readonly name: string;
  readonly status: ListedStatus;
  /**
   * Whether the service is paused, or neither halted nor backing off with fewer failures in a row than `consecutive`.
   * `null` if that isn't known.
   */
  readonly healthy: boolean | null;
  /** The cause of the halt, the reason of the pause, or why the state can't be read; `null` otherwise. */
  readonly cause: string | null;
  /** `null` if the definition of the service isn't known. */
  readonly cadence: Cadence | null;
  readonly lastTick: string | null;
  readonly lastSuccess: string | null;
  readonly streak: number;
  readonly backoffCount: number;
  /** The end of the backoff; `null` if the service doesn't back off. */
  readonly notBefore: string | null;
  /** The next due time at which the service may run; `null` if a person must act first, or if it isn't known. */
  readonly nextDue: string | null;
  readonly pause: ShownPause | null;
  readonly halt: { readonly at: string; readonly until: string | null; readonly cause: string } | null;
  /** When the service was first missed among the deployed ones; `null` unless its status is `removed`. */
  readonly removedAt: string | null;
  /** The group whose function the service shares; `null` if it has one of its own. */
  readonly group: string | null;
  /** The name of the function that runs the service; `null` if it isn't known. */
  readonly function: string | null;
}

/** What must be known of a service to summarize it. Of a service known by its stored state alone, only the name is. */
export type ListedService = Pick<WatchedService, 'name' | 'deployed'> &
  Partial<Pick<WatchedService, 'schedule' | 'tolerance' | 'consecutive' | 'maxInterval'>>;

const NOTHING = {
  ...{ cause: null, lastTick: null, lastSuccess: null, streak: 0, backoffCount: 0, notBefore: null, nextDue: null },
  ...{ pause: null, halt: null, removedAt: null },
} as const;

/**
 * Summarizes the service at `now`. `never-ran` and `overdue` are judged only if its schedule is known.
 * @param found what is stored of it; 'not-read' if the store left it out
 */
export function summarize(listed: ListedService, found: Found | 'not-read', now: number): ServiceSummary {
  const facts = { ...NOTHING, ...placeOf(listed), cadence: cadenceOf(listed.schedule) };
  if (found === 'not-read')
    return { ...facts, status: 'not-read', healthy: null, cause: 'the store did not return its state; ask again' };
  if (isUnreadableState(found)) return { ...facts, status: 'unreadable', healthy: false, cause: mask(found.message) };
  if (found === undefined) return { ...facts, status: 'never-ran', healthy: true, nextDue: nextDueOf(listed, now) };
  return { ...facts, ...storedFacts(listed, found, now) };
}

/** The summary of a service that is no longer deployed. */
export function summarizeRemoved(name: string, removedAt: number): ServiceSummary {
  return {
    ...{ ...NOTHING, ...placeOf({ name }), cadence: null, status: 'removed', healthy: null },
    removedAt: toIso(removedAt),
  };
}

function placeOf({ name, deployed }: ListedService) {
  return { name, group: deployed?.group ?? null, function: deployed?.function ?? null };
}

function cadenceOf(schedule: Schedule | undefined): Cadence | null {
  if (schedule === undefined) return null;
  const { interval, cron = null, timezone = null } = schedule;
  return { intervalSeconds: interval / SECOND, cron, timezone };
}

function storedFacts(listed: ListedService, state: ServiceState, now: number) {
  const { schedule, tolerance, consecutive } = listed;
  const punctual = schedule === undefined || tolerance === undefined ? undefined : { schedule, tolerance };
  const status = serviceStatus(state, now, punctual);
  const { halt, streak, backoffCount } = state;
  const pause = pauseHolds(state.pause, now) ? state.pause : undefined;
  const isWell = halt === undefined && backoffCount === 0 && (consecutive === undefined || streak < consecutive);
  return {
    status,
    healthy: pause !== undefined || (consecutive === undefined && isWell && streak > 0 ? null : isWell),
    cause: status === 'halted' ? (halt?.cause ?? null) : status === 'paused' ? (pause?.reason ?? null) : null,
    lastTick: toIsoOrNull(state.lastTick),
    lastSuccess: toIsoOrNull(state.lastSuccess),
    streak,
    backoffCount,
    notBefore: toIsoOrNull(endOfBackoff(listed, state, now)),
    nextDue: nextDueOf(listed, now, state),
    pause: shownPause(pause),
    halt: halt === undefined ? null : { at: toIso(halt.at), until: toIsoOrNull(halt.until), cause: halt.cause },
  };
}

function endOfBackoff(listed: ListedService, state: ServiceState, now: number): number | undefined {
  const { notBefore } = asNow(listed, state);
  return notBefore === undefined || notBefore <= now ? undefined : notBefore;
}

/**
 * Returns when the service may run next. A halt and a backoff are taken to be those of the deployed build, since the
 * build ids of functions are not known here.
 */
function nextDueOf(listed: ListedService, now: number, stored?: ServiceState): string | null {
  if (listed.schedule === undefined) return null;
  if (stored === undefined) return toIsoOrNull(nextRunDue(listed.schedule, NEVER_RUN, now, ''));
  const state = asNow(listed, stored);
  return toIsoOrNull(nextRunDue(listed.schedule, withoutBuilds(state), now, ''));
}

function withoutBuilds({ notBeforeBuild: _build, halt, ...state }: ServiceState): ServiceState {
  if (halt === undefined) return state;
  const { build: _its, ...rest } = halt;
  return { ...state, halt: rest };
}

function asNow({ schedule, maxInterval }: ListedService, state: ServiceState): ServiceState {
  if (schedule === undefined) return state;
  const policy: BackoffRules['policy'] = {
    interval: schedule.interval,
    ...(maxInterval === undefined ? {} : { maxInterval }),
  };
  return withinBackoff({ policy, schedule }, state);
}
