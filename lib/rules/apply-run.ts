/** Applies one ended run to the state of its service. Pure, like `step`, which it uses. */
import { cut, type ErrorSummary, HALT_CAUSE_BYTES, withoutUndefined } from '../text/index.ts';
import { stretchedInterval } from './delay.ts';
import type { Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import { appendRun } from './run-history.ts';
import { notBeforeAfter, type Schedule } from './schedule.ts';
import { ASKED, type Halt, type ServiceState, toLoopState } from './service-state.ts';
import { type Step, step } from './step.ts';

/** The parts of a service that decide how a run changes its state. */
export interface Rules {
  /** The name of the service, for run records. */
  readonly service: string;
  readonly policy: Policy;
  readonly schedule: Schedule;
  /** The build id of the function that executes the run. */
  readonly build: string;
}

/**
 * A run that has ended, with everything about it that changes the state of its service. Instants are in epoch
 * milliseconds.
 */
export interface EndedRun {
  readonly outcome: Outcome;
  /** The number of the run: the fence of its lease. */
  readonly fence: number;
  /**
   * The instant of the run: the due time of its tick, for a manual run its start, for a crashed run the time when the
   * next run counted it.
   */
  readonly at: number;
  /**
   * The due time from which a backoff is counted: that of the run's tick, or for a run without a tick the last due time
   * before its start.
   */
  readonly due: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly manual: boolean;
  /**
   * The due time of the tick that this run decides: neither this tick nor an older one runs again. Absent for a manual
   * run, which decides no tick.
   */
  readonly decides?: number;
  /** The cursor of the service after the run. @default the cursor stays as it was */
  readonly cursor?: string;
}

/** The state after a run, with the verdict and the report of its step. */
export interface AppliedRun extends Omit<Step, 'state'> {
  readonly state: ServiceState;
  /** The failures that the service remembers after the run, oldest first. */
  readonly failures: readonly ErrorSummary[];
}

/**
 * Applies one ended run to the state `before` it, and returns the new state.
 * @param failures the error summaries of earlier failed runs that the service remembers, oldest first; only the report
 * of a trip shows them
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
      failuresAfter: stepped.verdict === 'backing-off' ? run.fence : before.failuresAfter,
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

/**
 * The halt of the service after the run; `undefined` if the service isn't halted. If a failed probe renews a halt, the
 * halt keeps the instant at which it began.
 */
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

/**
 * The end of the backoff after the run, and the build that set it. A trip sets the end. A Retry-After header that the
 * failed run got from a server may move the end to a later instant. A success or a halt removes the end of the backoff,
 * since a halt has its own end.
 */
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
