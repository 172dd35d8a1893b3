/** What the tests of settling share. */

import {
  applyRun,
  type EndedRun,
  fillPolicy,
  type Outcome,
  type PolicyOptions,
  type Rules,
  type Schedule,
  type ServiceState,
} from '../../lib/rules/index.ts';
import type { ErrorSummary } from '../../lib/text/index.ts';

export const INTERVAL = 60_000;
export const failureOf = (message: string): ErrorSummary => ({
  at: 0,
  errorClass: 'ECONNREFUSED',
  message,
  text: message,
});
export const FAILED: Outcome = { kind: 'failed', failure: failureOf('refused') };
export const FATAL: Outcome = { kind: 'fatal', failure: failureOf('a mistake') };
export const SUCCEEDED: Outcome = { kind: 'succeeded' };

export function rulesOf(options: PolicyOptions = {}, schedule: Partial<Schedule> = {}): Rules {
  const policy = fillPolicy({ interval: INTERVAL, ...options });
  return { service: 'svc', policy, schedule: { interval: policy.interval, ...schedule }, build: 'b1' };
}

/** A run for the tick at `due`, which started 2 s late and took 3 s. */
export function runAt(due: number, outcome: Outcome, changes: Partial<EndedRun> = {}): EndedRun {
  return { outcome, fence: 7, at: due, due, endedAt: due + 5000, durationMs: 3000, manual: false, ...changes };
}

export const settled = (rules: Rules, before: ServiceState, run: EndedRun) => applyRun(rules, before, [], run).state;
