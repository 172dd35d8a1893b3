import {
  admit,
  containsCommit,
  freshStart,
  NEVER_RUN,
  type Pause,
  type RunRecord,
  type ServiceState,
} from '../rules/index.ts';
import { withoutUndefined } from '../text/index.ts';
import type { Acquired, AcquireRequest, Claim, CommitAnswer, StateStore } from '../tick/index.ts';

/** Makes an empty StateStore in memory, for tests and for a process that keeps no state. */
export function memoryStore(): StateStore {
  const states = new Map<string, ServiceState>();
  const records = new Map<string, RunRecord>();
  const current = (service: string) => states.get(service) ?? NEVER_RUN;

  return {
    async acquire(request) {
      const state = current(request.service);
      const reason = admit(state, request);
      if (reason !== undefined) return { granted: false, reason, state };
      states.set(request.service, leased(state, request));
      return granted(state, request);
    },
    async commit(claim, state) {
      const stored = current(claim.service);
      const refusal = refusalOf(stored, claim);
      if (refusal !== undefined) return containsCommit(stored, claim.fence, state) ? { written: true } : refusal;
      states.set(claim.service, committed(stored, state, claim));
      return { written: true };
    },
    async release(claim) {
      const { lease, ...unleased } = current(claim.service);
      if (unleased.fence === claim.fence && lease?.owner === claim.owner)
        states.set(claim.service, { ...unleased, countedUpTo: unleased.countedUpTo + 1 });
    },
    async read(service) {
      return states.get(service);
    },
    async putRun(record) {
      records.set(`${record.service} ${record.at} ${record.fence}`, record);
    },
    async failedRuns(service, { after, limit }) {
      const failed = [...records.values()]
        .filter((record) => record.service === service && record.fence > after && record.outcome !== 'succeeded')
        .toSorted((one, other) => one.at - other.at);
      const oneEach = new Map(failed.map((record) => [record.fence, record]));
      return [...oneEach.values()].toSorted((one, other) => other.fence - one.fence).slice(0, limit);
    },
    async pause(service, pause: Pause) {
      const paused = { ...current(service), pause };
      states.set(service, paused);
      return paused;
    },
    async resume(service) {
      const state = current(service);
      const { pause: _pause, ...fresh } = freshStart(state);
      states.set(service, { ...fresh, epoch: state.epoch + 1 });
      return state;
    },
  };
}

function leased(state: ServiceState, { owner, leaseUntil, tick }: AcquireRequest): ServiceState {
  const scheduledFor = tick.kind === 'scheduled' ? tick.scheduledFor : undefined;
  const lease = withoutUndefined({ owner, until: leaseUntil, tick: scheduledFor });
  return { ...state, fence: state.fence + 1, lease };
}

function granted(state: ServiceState, { service, owner }: AcquireRequest): Acquired {
  return { granted: true, claim: { service, owner, fence: state.fence + 1, epoch: state.epoch }, state };
}

function refusalOf(current: ServiceState, claim: Claim): CommitAnswer | undefined {
  if (current.fence !== claim.fence) return { written: false, reason: 'fence' };
  if (current.epoch === claim.epoch) return undefined;
  return { written: false, reason: 'epoch', claim: { ...claim, epoch: current.epoch }, state: current };
}

/**
 * Returns the stored state after the end of a run. Pause and epoch stay as stored. The lease is freed unless the claim
 * has `keepsLease`.
 */
function committed(current: ServiceState, state: ServiceState, { fence, keepsLease }: Claim): ServiceState {
  const { lease: _lease, pause: _pause, ...next } = state;
  const { pause, epoch, lease } = current;
  const kept = withoutUndefined({ pause, lease: keepsLease ? lease : undefined });
  return { ...next, fence, epoch, countedUpTo: fence, ...kept };
}
