/** Applies one ended run to a service's state. Pure, like the step it rests on. */
import { cut, type ErrorSummary, HALT_CAUSE_BYTES, withoutUndefined } from '../text/index.ts';
import { stretchedInterval } from './delay.ts';
import type { Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import { appendRun } from './run-history.ts';
import { notBeforeAfter, type Schedule } from './schedule.ts';
import { ASKED, type Halt, type ServiceState, toLoopState } from './service-state.ts';
import { type Step, step } from './step.ts';

/** The part of a service that its runs are applied by. */
export interface Rules {
  /** The service's name, for run records. */
  readonly service: string;
  readonly policy: Policy;
  readonly schedule: Schedule;
  /** The build that runs. */
  readonly build: string;
}

/** A run that has ended. Instants in epoch milliseconds. */
export interface EndedRun {
  readonly outcome: Outcome;
  /** Its number: the fencing token it ran under. */
  readonly fence: number;
  /** `scheduledFor`; of a manual run its start, of a crashed one when it was counted. */
  readonly at: number;
  /**
   * The due time that backing off counts from: `scheduledFor`, or the start of a run without one, moved back to the
   * grid.
   */
  readonly due: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly manual: boolean;
  /**
   * The due time of the tick that this run decides: neither it nor an older one runs again. A manual run decides none.
   */
  readonly decides?: number;
  /** The service's cursor after the run. @default it stays where it was */
  readonly cursor?: string;
}

/** The state after a run, and the step's verdict and report. */
export interface AppliedRun extends Omit<Step, 'state'> {
  readonly state: ServiceState;
  /** The remembered failures after the step. */
  readonly failures: readonly ErrorSummary[];
}

/**
 * The state after one ended run.
 * @param failures the remembered failures; only a trip's report shows them
 */
export function applyRun(
  rules: Rules,
  before: ServiceState,
  failures: readonly ErrorSummary[],
  run: EndedRun,
): AppliedRun {
  const stepped = step(rules.policy, { ...toLoopState(rules.policy, before), failures }, run.outcome);
  return {
    state: withoutUndefined({
      ...before,
      lastSuccess: run.outcome.kind === 'succeeded' ? run.endedAt : before.lastSuccess,
      halt: haltAfter(rules, before, stepped, run),
      ...backoffAfter(rules, before, stepped, run),
      lastTick: run.decides ?? before.lastTick,
      cursor: run.cursor ?? before.cursor,
      trackRecord: stepped.state.trackRecord,
      backoffCount: stepped.state.backoffCount,
      streak: stepped.state.streak,
      failuresSince: stepped.verdict === 'backing-off' ? run.fence : before.failuresSince,
      runs: appendRun(before.runs, {
        outcome: run.outcome.kind,
        at: run.at,
        durationMs: run.durationMs,
        manual: run.manual,
      }),
    }),
    failures: stepped.state.failures,
    verdict: stepped.verdict,
    report: stepped.report,
  };
}

/** A halt that a probe renews keeps the instant at which it began. */
function haltAfter({ policy, build }: Rules, before: ServiceState, stepped: Step, run: EndedRun): Halt | undefined {
  const cause = stepped.state.haltCause;
  if (cause === undefined) return undefined;
  return {
    at: before.halt?.at ?? run.endedAt,
    ...(policy.restartAfter === 'never' ? {} : { until: Math.ceil(run.endedAt + policy.restartAfter) }),
    build,
    cause: cut(cause, HALT_CAUSE_BYTES),
  };
}

/** Set by a trip, moved by a Retry-After, gone with a success or a halt (which has its own end). */
function backoffAfter(
  { policy, schedule, build }: Rules,
  before: ServiceState,
  stepped: Step,
  run: EndedRun,
): { notBefore: number | undefined; notBeforeBuild: string | undefined } {
  if (run.outcome.kind === 'succeeded' || stepped.verdict === 'halted') return NO_BACKOFF;
  const tripped = stepped.verdict === 'backing-off';
  const backoff = tripped
    ? Math.floor(notBeforeAfter(schedule, run.due, stretchedInterval(policy, stepped.state.backoffCount)))
    : before.notBefore;
  const asked =
    run.outcome.kind === 'failed' && run.outcome.retryAfter !== undefined
      ? Math.ceil(run.endedAt + run.outcome.retryAfter)
      : undefined;
  if (asked !== undefined && asked > (backoff ?? 0)) return { notBefore: asked, notBeforeBuild: ASKED };
  return { notBefore: backoff, notBeforeBuild: tripped ? build : before.notBeforeBuild };
}

const NO_BACKOFF = { notBefore: undefined, notBeforeBuild: undefined };
