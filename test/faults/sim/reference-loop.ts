/**
 * The rules of the loop once more, written from the rules and not from the code: what one outcome makes of a service.
 * Of an instant that a clock was asked for during a run only the bounds are known.
 */
import type { Policy } from '../../../lib/rules/index.ts';
import type { Outcome } from './workloads.ts';

/** An instant, as far as it is known. */
export interface Between {
  readonly from: number;
  readonly to: number;
}

/** What is remembered of a service, but for its lease and its pause. */
export interface Loop {
  record: boolean[];
  backoffCount: number;
  streak: number;
  halt?: { until?: Between; readonly build: string };
  notBefore?: Between;
  /** The build that backed off; '*' if the other side asked for it; undefined where the run's end decides that. */
  notBeforeBuild?: string | undefined;
  lastTick?: number;
  lastSuccess?: Between;
  cursor?: string;
  /** The letters of the newest runs. */
  runs: string[];
  halts: boolean;
}

/** A run that has ended. */
export interface Ended {
  readonly outcome: Exclude<Outcome, 'stopped'>;
  /** What backing off counts from. */
  readonly due: Between;
  readonly endedAt: Between;
  readonly build: string;
  readonly manual: boolean;
  readonly retryAfter?: number | undefined;
}

export const FRESH: Loop = { record: [], backoffCount: 0, streak: 0, runs: [], halts: false };

const LETTERS = { succeeded: 'S', failed: 'F', fatal: 'X', 'timed-out': 'T', crashed: 'C' } as const;

/** A fresh start: by a resume, or by a build that finds the halt or the backoff of another. */
export function afresh(loop: Loop): Loop {
  const { halt: _halt, notBefore: _notBefore, notBeforeBuild: _build, ...rest } = loop;
  return { ...rest, record: [], backoffCount: 0, streak: 0 };
}

/** The service after a run. A run that died behind one that halted the service only counts. */
export function added(loop: Loop, policy: Policy, run: Ended): Loop {
  const letter = run.manual ? LETTERS[run.outcome].toLowerCase() : LETTERS[run.outcome];
  const next: Loop = { ...loop, record: fitted(loop.record, policy), runs: [...loop.runs, letter], halts: false };
  if (run.outcome === 'succeeded') return afterSuccess(next, policy, run);
  if (run.outcome === 'fatal' && policy.onFatal === 'halt') return halted(next, policy, run);
  return afterFailure(next, policy, run);
}

/** A run that died and is told too late to change anything. */
export function counted(loop: Loop): Loop {
  return { ...loop, streak: loop.streak + 1, runs: [...loop.runs, LETTERS.crashed] };
}

function afterSuccess(loop: Loop, policy: Policy, run: Ended): Loop {
  const { halt: _halt, notBefore: _notBefore, notBeforeBuild: _build, ...next } = loop;
  return { ...next, record: pushed(next.record, true, policy), backoffCount: 0, streak: 0, lastSuccess: run.endedAt };
}

function afterFailure(before: Loop, policy: Policy, run: Ended): Loop {
  const next = { ...before, record: pushed(before.record, false, policy), streak: before.streak + 1 };
  const tripped = policy.trips && next.record.every((good) => !good);
  if (tripped) return afterTrip({ ...next, backoffCount: next.backoffCount + 1 }, policy, run);
  if (next.halt !== undefined) return halted(next, policy, run);
  return asked(next, run);
}

function afterTrip(next: Loop, policy: Policy, run: Ended): Loop {
  if (next.halt !== undefined || next.backoffCount >= policy.backoff) return halted(next, policy, run);
  const stretched = Math.min(policy.interval * 2 ** next.backoffCount, policy.maxInterval ?? Number.POSITIVE_INFINITY);
  const steps = Math.max(1, Math.round(stretched / policy.interval));
  const delay = steps * policy.interval;
  const record = Array.from({ length: policy.consecutive }, () => true);
  const notBefore = { from: run.due.from + delay, to: run.due.to + delay };
  return asked({ ...next, record, notBefore, notBeforeBuild: run.build }, run);
}

/** Whoever was asked to leave the other side alone does so. */
function asked(next: Loop, { retryAfter, endedAt }: Ended): Loop {
  if (retryAfter === undefined) return next;
  const { from, to } = next.notBefore ?? { from: 0, to: 0 };
  const until = { from: endedAt.from + retryAfter, to: endedAt.to + retryAfter };
  if (until.to <= from) return next;
  const notBeforeBuild = until.from > to ? '*' : undefined;
  return { ...next, notBefore: { from: Math.max(from, until.from), to: Math.max(to, until.to) }, notBeforeBuild };
}

function halted(loop: Loop, { restartAfter }: Policy, { endedAt, build }: Ended): Loop {
  const { notBefore: _notBefore, notBeforeBuild: _build, ...next } = loop;
  const until =
    restartAfter === 'never' ? {} : { until: { from: endedAt.from + restartAfter, to: endedAt.to + restartAfter } };
  return { ...next, halt: { ...until, build }, halts: true };
}

function pushed(record: readonly boolean[], good: boolean, { consecutive }: Policy): boolean[] {
  return [...record, good].slice(-consecutive);
}

function fitted(record: readonly boolean[], { consecutive }: Policy): boolean[] {
  return [...Array.from({ length: consecutive }, () => true), ...record].slice(-consecutive);
}
