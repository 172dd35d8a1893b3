/** Checks during a run whether the run still owns the state of its service. */
import type { ServiceState } from '../rules/index.ts';
import { LeaseLostError } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import type { Claim, Ports } from './ports.ts';

/**
 * Reads the state of the service once, consistently, and resolves if the lease in it is that of the claim and lasts
 * longer than now. The answer is true when the state is read; it can't promise how long the lease stays.
 * @throws LeaseLostError if another run took over the lease, or if the lease has expired or was freed; the error of the
 * store if the state can't be read
 */
export async function assertOwned({ store, clock }: Pick<Ports, 'store' | 'clock'>, claim: Claim): Promise<void> {
  const state = await store.read(claim.service);
  const lost = lossOf(state, claim, clock.now());
  if (lost !== undefined) throw new LeaseLostError(claim.service, claim.fence, lost);
}

/** How the run of the claim lost its lease, in words; `undefined` if it still holds the lease. */
function lossOf(state: ServiceState | undefined, { fence, owner }: Claim, now: number): string | undefined {
  const lease = state?.lease;
  if (state === undefined || state.fence !== fence) {
    return `lost its lease, since ${taker(state, fence)}; let it write nothing more`;
  }
  if (lease?.owner !== owner) return 'no longer holds its lease, which was freed; let it write nothing more';
  if (now < lease.until) return undefined;
  return `outlived its lease, which ended at ${toIso(lease.until)}; let it write nothing more, since another run may start`;
}

function taker(state: ServiceState | undefined, fence: number): string {
  if (state === undefined) return 'the state of the service was deleted';
  return state.fence > fence ? `run ${state.fence} has started` : 'the state of the service was replaced';
}
