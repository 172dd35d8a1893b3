/**
 * Admission: the decision whether a tick becomes a run. It exists twice: here as a pure function, and in the store as
 * the condition of the DynamoDB write that takes the lease. A property test compares the two.
 *
 * A refusal gives the first of these reasons that applies:
 *   duplicate  the tick is the newest decided one, or the one that is running
 *   late       a newer tick was decided already
 *   overlap    another run holds the lease
 *   halted     the service is halted
 *   paused     the service is paused
 *   backoff    the due time of the tick is before `notBefore`, the end of the backoff
 *
 * A manual run has no due time, so `duplicate`, `late` and `backoff` never apply to it. With `force`, `halted` and
 * `paused` don't apply either.
 */
import { stretchedInterval } from './delay.ts';
import type { Policy } from './policy.ts';
import { notBeforeAfter, type Schedule } from './schedule.ts';
import { ASKED, freshStart, type Halt, type Pause, type ServiceState } from './service-state.ts';
import type { SkipReason, Tick } from './tick.ts';

/** A tick, and the facts about its function that {@link admit} compares with the state of the service. */
export interface AdmissionRequest {
  readonly tick: Tick;
  /** The present instant. Admission compares it with the ends of leases, pauses and halts, never with due times. */
  readonly now: number;
  readonly build: string;
  /**
   * The present policy and schedule of the service. If they make backoffs shorter, a stored backoff ends earlier.
   * @default the backoff ends at the stored `notBefore`
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

/** Whether the state contains a lease that ends after `now`. */
export function leaseIsLive(state: ServiceState, now: number): boolean {
  return state.lease !== undefined && state.lease.until > now;
}

/** Whether the halt keeps a function with this build id from running ticks at `now`; false if there is no halt. */
export function haltHolds(halt: Halt | undefined, now: number, build: string): boolean {
  if (halt === undefined || haltIsOutdated(halt, build)) return false;
  return halt.until === undefined || halt.until > now;
}

/**
 * Whether a function with another build id than `build` set the halt, so that the halt no longer counts; false if there
 * is no halt.
 */
export function haltIsOutdated(halt: Halt | undefined, build: string): boolean {
  return halt?.build !== undefined && halt.build !== build;
}

/**
 * Whether a function with another build id than `build` set the backoff, so that the backoff no longer counts. False if
 * there is no backoff, or if a server's Retry-After header set it.
 */
export function backoffIsOutdated({ notBefore, notBeforeBuild }: ServiceState, build: string): boolean {
  const isOfBuild = notBefore !== undefined && notBeforeBuild !== undefined && notBeforeBuild !== ASKED;
  return isOfBuild && notBeforeBuild !== build;
}

/**
 * The state from which a run starts: a fresh start if another build set the halt or the backoff, else `state` with its
 * backoff shortened by {@link withinBackoff}.
 */
export function stateFoundBy(rules: BackoffRules & { readonly build: string }, state: ServiceState): ServiceState {
  if (state.halt === undefined && state.notBefore === undefined) return state;
  const isOutdated = haltIsOutdated(state.halt, rules.build) || backoffIsOutdated(state, rules.build);
  return isOutdated ? freshStart(state) : withinBackoff(rules, state);
}

/**
 * The state with an earlier `notBefore`, if a backoff by this policy and schedule ends earlier than the stored one. A
 * `notBefore` that a server's Retry-After header set stays unchanged.
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
 * A reason in the state of a service to skip its ticks. A manual run ignores a backoff; with `force` it ignores a pause
 * and a halt too.
 */
export type Obstacle = 'backoff' | 'pause' | 'halt';

/**
 * The reasons in the state to skip a tick that is due at `now`, except a live lease; an empty list if there are none.
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

/** Whether the backoff ends after the due time `scheduledFor`; false if the service doesn't back off. */
export function isBackingOff(state: ServiceState, scheduledFor: number): boolean {
  return state.notBefore !== undefined && state.notBefore > scheduledFor;
}
