/** A StateStore in memory: the same contract as the one on DynamoDB, for tests and for a process that needs no memory beyond itself. */

import {
  admit,
  containsCommit,
  freshStart,
  NEVER_RUN,
  type Pause,
  type RunRecord,
  type ServiceState,
} from '../rules/index.ts';
import type { Acquired, AcquireRequest, Claim, CommitAnswer, StateStore } from '../tick/index.ts';

/** An empty store. */
export function memoryStore(): StateStore {
  const states = new Map<string, ServiceState>();
  const records = new Map<string, RunRecord>();
  const stateOf = (service: string) => states.get(service) ?? NEVER_RUN;

  return {
    async acquire(request) {
      const state = stateOf(request.service);
      const reason = admit(state, request);
      if (reason !== undefined) return { granted: false, reason, state };
      states.set(request.service, leased(state, request));
      return granted(state, request);
    },
    async commit(claim, state) {
      const current = stateOf(claim.service);
      const refusal = refusalOf(current, claim);
      if (refusal !== undefined) return containsCommit(current, claim.fence, state) ? { written: true } : refusal;
      states.set(claim.service, committed(current, state, claim));
      return { written: true };
    },
    async release(claim) {
      const { lease, ...current } = stateOf(claim.service);
      if (current.fence === claim.fence && lease?.owner === claim.owner)
        states.set(claim.service, { ...current, done: current.done + 1 });
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
      const paused = { ...stateOf(service), pause };
      states.set(service, paused);
      return paused;
    },
    async resume(service) {
      const state = stateOf(service);
      const { pause: _pause, ...fresh } = freshStart(state);
      states.set(service, { ...fresh, epoch: state.epoch + 1 });
      return state;
    },
  };
}

function leased(state: ServiceState, { owner, leaseUntil, tick }: AcquireRequest): ServiceState {
  const lease = { owner, until: leaseUntil, ...(tick.kind === 'scheduled' ? { tick: tick.scheduledFor } : {}) };
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

/** The operator's attributes stay as they are; the lease is freed unless the claim keeps it. */
function committed(current: ServiceState, state: ServiceState, { fence, keepsLease }: Claim): ServiceState {
  const { lease: _lease, pause: _pause, ...next } = state;
  const { pause, epoch, lease } = current;
  return {
    ...next,
    fence,
    epoch,
    done: fence,
    ...(pause === undefined ? {} : { pause }),
    ...(keepsLease && lease !== undefined ? { lease } : {}),
  };
}
