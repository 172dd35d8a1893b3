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
  readonly service: string;
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly build: string;
}

/** A run that has ended. Instants are in epoch milliseconds. */
export interface EndedRun {
  readonly outcome: Outcome;
  readonly fence: number;
  /**
   * The due time of the run's tick; for a manual run its start; for a crashed run the time when the next run counted
   * the crash.
   */
  readonly at: number;
  /**
   * The due time from which a backoff after this run is counted. For a run without a tick it is the last due time
   * before the run.
   */
  readonly due: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly manual: boolean;
  /**
   * The due time of the tick that this run decides, so that the tick never runs again. Absent for a manual or crashed
   * run.
   */
  readonly decides?: number;
  /** The cursor of the service after the run. @default the cursor stays as it was */
  readonly cursor?: string;
}

/** The state after a run, with the verdict and the report of its step. */
export interface AppliedRun extends Omit<Step, 'state'> {
  readonly state: ServiceState;
  /** The error summaries that the service remembers after the run, oldest first. */
  readonly failures: readonly ErrorSummary[];
}

/**
 * Returns the state after an ended run.
 * @param before the state before the run
 * @param failures the error summaries that the service remembers, oldest first; only the report of a trip shows them
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
 * The halt after the run; `undefined` if the service isn't halted. A failed probe doesn't change the start (`at`) of
 * the halt.
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
 * The end of the backoff after the run, and the build that set it. A trip sets the end. A server's Retry-After header
 * may move the end to a later instant. A success or a halt removes the backoff.
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
