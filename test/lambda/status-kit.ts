/** The answer to status of a service that was never seen, to begin from, and services that have run. */
import { functionUnderTest } from './kit.ts';

export const STATUS = { action: 'status' };
export const PAUSE = { action: 'pause', reason: 'moving', by: 'ada' };
export const RESUME = { action: 'resume' };

export const POLICY = {
  kind: 'critical',
  intervalSeconds: 60,
  memory: 10,
  consecutive: 2,
  backoff: 2,
  trips: true,
  onFatal: 'halt',
  maxIntervalSeconds: null,
  restartAfterSeconds: 900,
};
export const NEVER_SEEN = {
  action: 'status',
  service: 'sync',
  status: 'never-ran',
  since: null,
  cause: null,
  trackRecord: [true, true],
  streak: 0,
  backoffCount: 0,
  nextDue: '2025-10-09T12:01:00.000Z',
  lease: null,
  halt: null,
  pause: null,
  lastTick: null,
  lastSuccess: null,
  runs: [],
  failures: [],
  policy: POLICY,
  cursor: null,
  build: 'b1',
};
export const REFUSED = { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' };
export const CAUSE = 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9';
export const runAt = (time: string, outcome: string) => ({
  at: `2025-10-09T${time}:00.000Z`,
  outcome,
  durationMs: 250,
  manual: false,
});
export const failedAt = (time: string, run: number) => ({
  at: `2025-10-09T${time}:00.000Z`,
  run,
  outcome: 'failed',
  ...REFUSED,
});

/** The service after these ticks, a minute apart from 12:01 on; what a tick throws is left aside. */
export async function afterRuns(script: string, options = {}) {
  const kit = functionUnderTest({ ...options, script });
  for (let minute = 1; minute <= script.length; minute++) await kit.raisedBy(`12:0${minute}`);
  return kit;
}

/** A store's methods, so that one of them can be replaced. */
export function bound(store: ReturnType<typeof functionUnderTest>['store']) {
  const { acquire, commit, release, read, putRun, failedRuns, pause, resume } = store;
  return { acquire, commit, release, read, putRun, failedRuns, pause, resume };
}
