/**
 * Admission: the decision whether a tick becomes a run. It exists twice: here as a pure function, and in the store as
 * the condition of one write. A property test holds the two against each other.
 *
 * A refusal names the first that holds:
 *   duplicate  the tick is the newest decided one, or the one that is running
 *   late       a newer tick was decided already
 *   overlap    another run holds the lease
 *   halted     until a probe is due, an operator resumes, or another build arrives
 *   paused     until the pause ends or an operator resumes
 *   backoff    the tick is due before `notBefore`
 *
 * A manual run has no due time, so it is never duplicate, late or backoff; `force` also lets it past halt and pause.
 */
import type { Halt, Pause, ServiceState } from './service-state.ts';
import type { SkipReason, Tick } from './tick.ts';

/** The facts about a tick that admission compares with the state. */
export interface AdmissionRequest {
  readonly tick: Tick;
  /**
   * The present instant: leases, pauses and halts end by the wall clock. Ticks are compared by their due times alone.
   */
  readonly now: number;
  /** The build that asks. */
  readonly build: string;
}

/** Why the tick may not run, or `undefined` if it may. */
export function admit(state: ServiceState, request: AdmissionRequest): SkipReason | undefined {
  const { tick, now, build } = request;
  const decided = alreadyDecided(state, request);
  if (decided !== undefined) return decided;
  if (leaseIsLive(state, now)) return 'overlap';
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, now, build)) return 'halted';
  if (!forced && pauseHolds(state.pause, now)) return 'paused';
  if (tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor)) return 'backoff';
  return undefined;
}

function alreadyDecided(state: ServiceState, { tick, now }: AdmissionRequest): 'duplicate' | 'late' | undefined {
  if (tick.kind === 'manual') return undefined;
  const isRunning = leaseIsLive(state, now) && state.lease?.tick === tick.scheduledFor;
  if (isRunning || state.lastTick === tick.scheduledFor) return 'duplicate';
  return state.lastTick !== undefined && tick.scheduledFor < state.lastTick ? 'late' : undefined;
}

/** Whether the lease is held at `now`, by its stored end. */
export function leaseIsLive(state: ServiceState, now: number): boolean {
  return state.lease !== undefined && state.lease.until > now;
}

/** Whether the halt keeps ticks of this build from running at `now`. */
export function haltHolds(halt: Halt | undefined, now: number, build: string): boolean {
  if (halt === undefined || haltIsOutdated(halt, build)) return false;
  return halt.until === undefined || halt.until > now;
}

/** Whether the service was halted by another build than the one that asks, so that it starts afresh. */
export function haltIsOutdated(halt: Halt | undefined, build: string): boolean {
  return halt?.build !== undefined && halt.build !== build;
}

/** Whether the pause keeps ticks from running at `now`. */
export function pauseHolds(pause: Pause | undefined, now: number): boolean {
  return pause !== undefined && (pause.until === undefined || pause.until > now);
}

/** Whether a tick due at `scheduledFor` is due too early while backing off. */
export function isBackingOff(state: ServiceState, scheduledFor: number): boolean {
  return state.notBefore !== undefined && state.notBefore > scheduledFor;
}
