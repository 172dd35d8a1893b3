/** What the parts of the contract share: states, requests, and the store they are put to. */
import { expect } from 'vitest';
import type { Pause, RunRecord, ServiceState, SkipReason, Tick } from '../../lib/rules/index.ts';
import type { AcquireRequest, Claim, StateStore } from '../../lib/tick/index.ts';

/** 2025-10-09T09:00:00Z, on the minute. */
export const DUE = 1_760_000_400_000;
export const MINUTE = 60_000;

export const NOTHING_KNOWN: ServiceState = {
  fence: 0,
  countedUpTo: 0,
  epoch: 0,
  trackRecord: [],
  backoffCount: 0,
  streak: 0,
  failuresAfter: 0,
  runs: [],
};

export const PAUSE: Pause = { at: DUE, reason: 'moving house', by: 'ada' };

/** A state with something of everything a commit writes. */
export const FULL: ServiceState = {
  fence: 1,
  countedUpTo: 1,
  epoch: 0,
  lastTick: DUE,
  lastSuccess: DUE - MINUTE,
  notBefore: DUE + 4 * MINUTE,
  notBeforeBuild: 'b1',
  halt: { at: DUE + 900, until: DUE + 2 * MINUTE, build: 'b1', cause: 'TypeError: späť 🚲' },
  trackRecord: [true, false, true],
  backoffCount: 1,
  streak: 2,
  failuresAfter: 1,
  runs: [
    { outcome: 'succeeded', at: DUE - MINUTE, durationMs: 12, manual: false },
    { outcome: 'timed-out', at: DUE, durationMs: 45_000, manual: true },
  ],
  cursor: 'page-7',
};

export const scheduled = (scheduledFor: number): Tick => ({ kind: 'scheduled', scheduledFor });
export const byHand = (force = false): Tick => ({ kind: 'manual', force });

export function recordOf(service: string, fence: number, over: Partial<RunRecord> = {}): RunRecord {
  const at = DUE + fence * MINUTE;
  return {
    service,
    fence,
    at,
    manual: false,
    outcome: 'failed',
    startedAt: at,
    durationMs: 7,
    build: 'b1',
    failure: { at, errorClass: 'ECONNREFUSED', message: `refused ${fence}`, text: `Error: refused ${fence}` },
    ...over,
  };
}

/** A store under contract. */
export interface ContractKit {
  readonly store: StateStore;
  /** The name of a service that nothing is known of. */
  fresh(): string;
  /** A request as a scheduled tick makes it, with an owner of its own. */
  asked(service: string, over?: Partial<AcquireRequest>): AcquireRequest;
  /** Takes the lease; fails the test if it is refused. */
  granted(request: AcquireRequest): Promise<{ claim: Claim; state: ServiceState }>;
  refusal(request: AcquireRequest): Promise<SkipReason | 'granted'>;
  /** Takes the lease and commits the state. */
  written(service: string, state: ServiceState): Promise<void>;
  /** The state as it is read. */
  known(service: string): Promise<ServiceState>;
}

/** The kit on the store that is there once the tests run. */
export function contractKit(store: () => StateStore): ContractKit {
  let services = 0;
  let owners = 0;
  const fresh = () => `service-${++services}`;
  const asked = (service: string, over: Partial<AcquireRequest> = {}): AcquireRequest => ({
    service,
    tick: scheduled(DUE),
    now: DUE + 300,
    build: 'b1',
    owner: `owner-${++owners}`,
    leaseUntil: DUE + 55_000,
    ...over,
  });
  const granted = async (request: AcquireRequest): Promise<{ claim: Claim; state: ServiceState }> => {
    const answer = await store().acquire(request);
    if (!answer.granted) throw new Error(`expected the lease to be granted, got ${answer.reason}`);
    return answer;
  };
  const refusal = async (request: AcquireRequest): Promise<SkipReason | 'granted'> => {
    const answer = await store().acquire(request);
    return answer.granted ? 'granted' : answer.reason;
  };
  const written = async (service: string, state: ServiceState): Promise<void> => {
    const { claim } = await granted(asked(service));
    expect(await store().commit(claim, state)).toEqual({ written: true });
  };
  const known = async (service: string): Promise<ServiceState> => {
    const state = await store().read(service);
    if (state === undefined) throw new Error(`expected ${service} to be known`);
    return state;
  };
  return {
    get store() {
      return store();
    },
    fresh,
    asked,
    granted,
    refusal,
    written,
    known,
  };
}
