/**
 * Admission: the decision whether a tick becomes a run. It exists twice: here as a pure function, and in the store as
 * the condition of the DynamoDB write that takes the lease. A property test compares the two.
 *
 * A refusal gives the first of these reasons that applies:
 *   duplicate  the tick is the newest decided one, or the one that is running
 *   late       a newer tick was decided already
 *   overlap    another run holds the lease
 *   halted     the service is halted: until a probe is due, an operator resumes it, or another build arrives
 *   paused     the service is paused: until the pause ends, or an operator resumes it
 *   backoff    the tick is due before `notBefore`; another build starts afresh, and a policy whose intervals have
 *              become shorter moves `notBefore` to an earlier instant
 *
 * A manual run has no due time, so `duplicate`, `late` and `backoff` never apply to it. If it has `force`, `halted`
 * and `paused` do not apply either.
 */
import { stretchedInterval } from './delay.ts';
import type { Policy } from './policy.ts';
import { notBeforeAfter, type Schedule } from './schedule.ts';
import { ASKED, freshStart, type Halt, type Pause, type ServiceState } from './service-state.ts';
import type { SkipReason, Tick } from './tick.ts';

/**
 * The facts about a tick, and about the function that received it, that admission compares with the state of the
 * service.
 */
export interface AdmissionRequest {
  readonly tick: Tick;
  /**
   * The present instant, by the wall clock: it decides whether leases, pauses and halts have ended. It is never
   * compared with the due times of ticks.
   */
  readonly now: number;
  /** The build id of the function that asks whether it may run the tick. */
  readonly build: string;
  /**
   * The policy and the schedule that the service has now; if its intervals have become shorter, a backoff ends earlier.
   * @default the backoff ends at `notBefore` as it is stored
   */
  readonly rules?: BackoffRules | undefined;
}

/** The parts of a service that decide how long it backs off. */
export interface BackoffRules {
  readonly policy: Pick<Policy, 'interval' | 'maxInterval'>;
  readonly schedule: Schedule;
}

/** Decides whether a tick may run in this state. Returns the reason to skip it, or `undefined` if it may run. */
export function admit(state: ServiceState, request: AdmissionRequest): SkipReason | undefined {
  const { tick, now, build, rules } = request;
  const decided = alreadyDecided(state, request);
  if (decided !== undefined) return decided;
  if (leaseIsLive(state, now)) return 'overlap';
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, now, build)) return 'halted';
  if (!forced && pauseHolds(state.pause, now)) return 'paused';
  if (tick.kind !== 'scheduled' || backoffIsOutdated(state, build)) return undefined;
  const current = rules === undefined ? state : withinBackoff(rules, state);
  return isBackingOff(current, tick.scheduledFor) ? 'backoff' : undefined;
}

function alreadyDecided(state: ServiceState, { tick, now }: AdmissionRequest): 'duplicate' | 'late' | undefined {
  if (tick.kind === 'manual') return undefined;
  const isRunning = leaseIsLive(state, now) && state.lease?.tick === tick.scheduledFor;
  if (isRunning || state.lastTick === tick.scheduledFor) return 'duplicate';
  return state.lastTick !== undefined && tick.scheduledFor < state.lastTick ? 'late' : undefined;
}

/** Whether a lease is live at `now`: the state contains a lease, and its stored end (`until`) is later than `now`. */
export function leaseIsLive(state: ServiceState, now: number): boolean {
  return state.lease !== undefined && state.lease.until > now;
}

/** Whether the halt keeps ticks of this build from running at `now`; false if there is no halt. */
export function haltHolds(halt: Halt | undefined, now: number, build: string): boolean {
  if (halt === undefined || haltIsOutdated(halt, build)) return false;
  return halt.until === undefined || halt.until > now;
}

/**
 * Whether a build other than `build` set the halt; false if there is no halt. Such a halt no longer counts: the service
 * starts afresh.
 */
export function haltIsOutdated(halt: Halt | undefined, build: string): boolean {
  return halt?.build !== undefined && halt.build !== build;
}

/**
 * Whether a build other than `build` set the backoff; false if there is no backoff. Such a backoff no longer counts:
 * the service starts afresh.
 */
export function backoffIsOutdated({ notBefore, notBeforeBuild }: ServiceState, build: string): boolean {
  const isOfBuild = notBefore !== undefined && notBeforeBuild !== undefined && notBeforeBuild !== ASKED;
  return isOfBuild && notBeforeBuild !== build;
}

/**
 * The state as a run with this policy, schedule and build finds it: a fresh start if another build halted the service
 * or made it back off; otherwise the state with its backoff shortened by {@link withinBackoff}.
 */
export function stateFoundBy(rules: BackoffRules & { readonly build: string }, state: ServiceState): ServiceState {
  if (state.halt === undefined && state.notBefore === undefined) return state;
  const isOutdated = haltIsOutdated(state.halt, rules.build) || backoffIsOutdated(state, rules.build);
  return isOutdated ? freshStart(state) : withinBackoff(rules, state);
}

/**
 * The state with `notBefore` moved to an earlier instant, if a trip of the newest run with this policy and schedule
 * would have set an earlier `notBefore`. A `notBefore` that the same policy and schedule have set stays unchanged. So
 * does one that the Retry-After header of a server has set.
 */
export function withinBackoff({ policy, schedule }: BackoffRules, state: ServiceState): ServiceState {
  const { notBefore, notBeforeBuild, backoffCount, lastTick, runs } = state;
  const isOfPolicy = notBefore !== undefined && notBeforeBuild !== ASKED && backoffCount > 0;
  const newest = Math.max(lastTick ?? Number.NEGATIVE_INFINITY, runs.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
  if (!isOfPolicy || newest === Number.NEGATIVE_INFINITY) return state;
  const latest = Math.floor(notBeforeAfter(schedule, newest, stretchedInterval(policy, backoffCount)));
  return latest < notBefore ? { ...state, notBefore: latest } : state;
}

/**
 * A reason to skip ticks that follows from the state of the service alone, whatever the tick. A manual run bypasses a
 * backoff, and with `force` a pause and a halt too.
 */
export type Obstacle = 'backoff' | 'pause' | 'halt';

/**
 * All reasons in the state why ticks that are due at `now` may not run, except a live lease; an empty list if there is
 * no such reason.
 */
export function obstacles(state: ServiceState, now: number, build: string): Obstacle[] {
  const found: Obstacle[] = [];
  if (isBackingOff(state, now)) found.push('backoff');
  if (pauseHolds(state.pause, now)) found.push('pause');
  if (haltHolds(state.halt, now, build)) found.push('halt');
  return found;
}

/** Whether the pause keeps ticks from running at `now`; false if there is no pause. */
export function pauseHolds(pause: Pause | undefined, now: number): boolean {
  return pause !== undefined && (pause.until === undefined || pause.until > now);
}

/**
 * Whether a tick with the due time `scheduledFor` comes before the end of the backoff; false if the service doesn't
 * back off.
 */
export function isBackingOff(state: ServiceState, scheduledFor: number): boolean {
  return state.notBefore !== undefined && state.notBefore > scheduledFor;
}
