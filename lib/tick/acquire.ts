/** The first step of a tick: take the lease, or learn why not. */
import {
  haltHolds,
  isBackingOff,
  pauseHolds,
  type ServiceState,
  type SkipReason,
  stateFoundBy,
  withinBackoff,
} from '../rules/index.ts';
import type { Claim } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import type { Bypassed } from './tick-event.ts';

/** A tick that holds the lease. */
export interface Admitted {
  readonly granted: true;
  readonly claim: Claim;
  /** As it was before the lease was taken. */
  readonly before: ServiceState;
  /** The same under this run's fence, without a lease, and as this build and its rules find it. */
  readonly state: ServiceState;
}

/** A tick that is skipped. */
export interface Refused {
  readonly granted: false;
  readonly reason: SkipReason;
  readonly state: ServiceState;
}

/**
 * Takes the lease.
 * @throws UnreadableStateError, or the store's own error, when the lease can't be taken
 */
export async function acquire({
  service,
  tick,
  invocation,
  ports,
  startedAt,
  rules,
}: TickContext): Promise<Admitted | Refused> {
  const answer = await ports.store.acquire({
    service: service.name,
    tick,
    now: startedAt,
    build: invocation.build,
    rules,
    owner: ports.random.id().slice(-12),
    // The process may live as long as its invocation, whatever becomes of this run.
    leaseUntil: Math.ceil(invocation.deadline + service.leaseMargin),
  });
  if (!answer.granted) return { ...answer, state: withinBackoff(rules, answer.state) };
  const { claim, state: before } = answer;
  const { lease: _lease, ...unleased } = before;
  const known: ServiceState = { ...unleased, fence: claim.fence };
  return {
    granted: true,
    claim,
    before,
    state: stateFoundBy(rules, known),
  };
}

/** What a manual run bypasses because a person asked for it. */
export function bypassedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): Bypassed[] {
  if (tick.kind === 'scheduled') return [];
  const bypassed: Bypassed[] = [];
  if (isBackingOff(state, startedAt)) bypassed.push('backoff');
  if (pauseHolds(state.pause, startedAt)) bypassed.push('pause');
  if (haltHolds(state.halt, startedAt, invocation.build)) bypassed.push('halt');
  return bypassed;
}
