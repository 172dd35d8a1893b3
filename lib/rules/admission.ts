/**
 * Admission: the decision whether a tick becomes a run. It exists twice: here as a pure function, and in the store as
 * the condition of one write. A property test compares the two.
 *
 * A refusal gives the first of these reasons that applies:
 *   duplicate  the tick is the newest decided one, or the one that is running
 *   late       a newer tick was decided already
 *   overlap    another run holds the lease
 *   halted     until a probe is due, an operator resumes, or another build arrives
 *   paused     until the pause ends or an operator resumes
 *   backoff    the tick is due before `notBefore`; another build starts afresh, and a policy that has become shorter
 *              brings `notBefore` forward
 *
 * A manual run has no due time, so `duplicate`, `late` and `backoff` never apply to it. With `force`, `halted` and
 * `paused` do not apply either.
 */
import { stretchedInterval } from './delay.ts';
import type { Policy } from './policy.ts';
import { notBeforeAfter, type Schedule } from './schedule.ts';
import { ASKED, freshStart, type Halt, type Pause, type ServiceState } from './service-state.ts';
import type { SkipReason, Tick } from './tick.ts';

/** The facts about a tick that admission compares with the state. */
export interface AdmissionRequest {
  readonly tick: Tick;
  /**
   * The present instant, by the wall clock: it decides whether leases, pauses and halts have ended. It is never
   * compared with due times.
   */
  readonly now: number;
  /** The build of the function that wants to run the tick. */
  readonly build: string;
  /** The rules that the service runs by now. @default `notBefore` stands as it is stored */
  readonly rules?: BackoffRules | undefined;
}

/** The part of a service that its backoff follows from. */
export interface BackoffRules {
  readonly policy: Pick<Policy, 'interval' | 'maxInterval'>;
  readonly schedule: Schedule;
}

/** The reason why the tick may not run, or `undefined` if it may. */
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

/** Whether the lease is held at `now`. The end that is stored in the lease decides. */
export function leaseIsLive(state: ServiceState, now: number): boolean {
  return state.lease !== undefined && state.lease.until > now;
}

/** Whether the halt keeps ticks of this build from running at `now`. */
export function haltHolds(halt: Halt | undefined, now: number, build: string): boolean {
  if (halt === undefined || haltIsOutdated(halt, build)) return false;
  return halt.until === undefined || halt.until > now;
}

/** Whether a build other than `build` halted the service. Then the service starts afresh. */
export function haltIsOutdated(halt: Halt | undefined, build: string): boolean {
  return halt?.build !== undefined && halt.build !== build;
}

/** Whether another build than the one that asks backed off, so that it starts afresh. */
export function backoffIsOutdated({ notBefore, notBeforeBuild }: ServiceState, build: string): boolean {
  const isOfBuild = notBefore !== undefined && notBeforeBuild !== undefined && notBeforeBuild !== ASKED;
  return isOfBuild && notBeforeBuild !== build;
}

/** The state as a run of these rules finds it: afresh where another build halted or backed off. */
export function stateFoundBy(rules: BackoffRules & { readonly build: string }, state: ServiceState): ServiceState {
  if (state.halt === undefined && state.notBefore === undefined) return state;
  const isOutdated = haltIsOutdated(state.halt, rules.build) || backoffIsOutdated(state, rules.build);
  return isOutdated ? freshStart(state) : withinBackoff(rules, state);
}

/**
 * The state with `notBefore` brought forward to the latest that a trip by these rules could have set, counted from the
 * newest run. It never moves what the same rules have set, nor what the other side asked for.
 */
export function withinBackoff({ policy, schedule }: BackoffRules, state: ServiceState): ServiceState {
  const { notBefore, notBeforeBuild, backoffCount, lastTick, runs } = state;
  const isOfPolicy = notBefore !== undefined && notBeforeBuild !== ASKED && backoffCount > 0;
  const newest = Math.max(lastTick ?? Number.NEGATIVE_INFINITY, runs.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
  if (!isOfPolicy || newest === Number.NEGATIVE_INFINITY) return state;
  const latest = Math.floor(notBeforeAfter(schedule, newest, stretchedInterval(policy, backoffCount)));
  return latest < notBefore ? { ...state, notBefore: latest } : state;
}

/** A reason to skip that belongs to the state of the service alone. A manual run bypasses it. */
export type Obstacle = 'backoff' | 'pause' | 'halt';

/** Everything that keeps ticks due at `now` from running, apart from a lease. */
export function obstacles(state: ServiceState, now: number, build: string): Obstacle[] {
  const found: Obstacle[] = [];
  if (isBackingOff(state, now)) found.push('backoff');
  if (pauseHolds(state.pause, now)) found.push('pause');
  if (haltHolds(state.halt, now, build)) found.push('halt');
  return found;
}

/** Whether the pause keeps ticks from running at `now`. */
export function pauseHolds(pause: Pause | undefined, now: number): boolean {
  return pause !== undefined && (pause.until === undefined || pause.until > now);
}

/** Whether a tick due at `scheduledFor` is due before the backoff ends. */
export function isBackingOff(state: ServiceState, scheduledFor: number): boolean {
  return state.notBefore !== undefined && state.notBefore > scheduledFor;
}
