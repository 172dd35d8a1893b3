import { type ServiceState, stateFoundBy, withinBackoff } from '../rules/index.ts';
import { ACQUIRE_LIMIT, GRACE } from '../service/index.ts';
import { withTimeLimit } from '../time/index.ts';
import type { Acquired, Claim, Refused } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import { releaseLease } from './write-deadline.ts';

export interface Leased {
  readonly granted: true;
  readonly claim: Claim;
  /** The state before the lease was taken. */
  readonly before: ServiceState;
  /**
   * The state from which the run starts: `before` with the fence of this run, without a lease, and without a halt or
   * backoff that a change of build or policy has ended.
   */
  readonly state: ServiceState;
}

/**
 * Takes the lease of the service. If the store grants the lease only after the time limit, the lease is released.
 * @throws UnreadableStateError, or the error of the store if the lease can't be taken in time
 */
export async function takeLease(context: TickContext): Promise<Leased | Refused> {
  const { service, tick, invocation, ports, startedAt, rules } = context;
  const request = {
    service: service.name,
    tick,
    now: startedAt,
    build: invocation.build,
    rules,
    owner: ports.random.id().slice(-12),
    // The lease lasts as long as the invocation, since the process may go on working after the run has ended.
    leaseUntil: Math.ceil(invocation.deadline + service.leaseMargin),
  };
  let asked: Promise<Acquired> | undefined;
  const answer = await withTimeLimit(ports.clock, { ms: ACQUIRE_LIMIT, grace: GRACE }, (signal) => {
    asked = ports.store.acquire(request, signal);
    return asked;
  }).catch((error: unknown) => {
    void asked?.then((late) => (late.granted ? releaseLease(context, late.claim) : undefined)).catch(() => {});
    throw error;
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
