/** The first step of a tick: it takes the lease of the service, or returns the reason why the tick is skipped. */
import { type ServiceState, stateFoundBy, withinBackoff } from '../rules/index.ts';
import { ACQUIRE_LIMIT, GRACE } from '../service/index.ts';
import { withTimeLimit } from '../time/index.ts';
import type { Acquired, Claim, Refused } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import { releaseLease } from './write-deadline.ts';

/** A tick that holds the lease. */
export interface Leased {
  readonly granted: true;
  readonly claim: Claim;
  /** The state before the lease was taken. */
  readonly before: ServiceState;
  /**
   * The state as this tick finds it: `before` with the fence of this run, without a lease, and without a halt or
   * backoff that a change of build or policy has ended.
   */
  readonly state: ServiceState;
}

/**
 * Takes the lease of the service. If the store doesn't answer within ACQUIRE_LIMIT, the tick stops waiting for it. If
 * the store grants the lease after that, the lease is released.
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
    // The lease covers the whole invocation, since the process may live until the invocation ends, even if the run ends
    // before that.
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
