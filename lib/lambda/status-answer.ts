import {
  fitTrackRecord,
  nextRunDue,
  type OutcomeKind,
  type Policy,
  pauseHolds,
  type RunRecord,
  type ServiceState,
  type ShownPause,
  type ShownRun,
  type Status,
  serviceStatus,
  shownPause,
  shownRuns,
  statusSince,
  withinBackoff,
} from '../rules/index.ts';
import { latenessTolerance, type Service } from '../service/index.ts';
import { mask } from '../text/index.ts';
import { SECOND, toIso, toIsoOrNull } from '../time/index.ts';

/** The answer to the action `status`. Times are in ISO 8601. A field without a value is `null`. */
export interface StatusAnswer {
  readonly action: 'status';
  readonly service: string;
  readonly status: Status;
  /** When the status began; `null` if it began before the last 20 runs or is `never-ran`. */
  readonly since: string | null;
  /**
   * The cause of the halt if the service is halted, the reason of the pause if it is paused, else the error of the
   * newest run if it failed; `null` if there is none.
   */
  readonly cause: string | null;
  /** The outcomes of the last runs, oldest first; true for a success. */
  readonly trackRecord: readonly boolean[];
  readonly streak: number;
  readonly backoffCount: number;
  readonly nextDue: string | null;
  readonly lease: { readonly until: string; readonly tick: string | null; readonly run: number } | null;
  readonly halt: {
    readonly at: string;
    readonly until: string | null;
    readonly build: string | null;
    readonly cause: string;
  } | null;
  readonly pause: ShownPause | null;
  readonly lastTick: string | null;
  readonly lastSuccess: string | null;
  /** Up to 20 runs, the newest first. */
  readonly runs: readonly ShownRun[];
  /** Recent failures, newest first, at most as many as the option `memory` says. */
  readonly failures: readonly {
    readonly at: string;
    readonly run: number;
    readonly outcome: OutcomeKind;
    readonly class: string;
    readonly message: string;
  }[];
  readonly policy: PolicyAnswer;
  /**
   * The text with its position that a run has stored last, with credentials masked; `null` if no run has stored one.
   */
  readonly cursor: string | null;
  readonly build: string;
}

/** The options of a service, as the answer to `status` shows them. Durations are in seconds. */
export interface PolicyAnswer {
  readonly kind: Policy['kind'];
  readonly memory: number;
  readonly consecutive: number;
  readonly backoff: number;
  readonly jitterRange?: number;
  readonly trips: boolean;
  readonly onFatal: Policy['onFatal'];
  readonly intervalSeconds: number;
  readonly maxIntervalSeconds: number | null;
  readonly restartAfterSeconds: number | 'never';
}

export interface StatusSources {
  readonly service: Service;
  readonly state: ServiceState;
  readonly failures: readonly RunRecord[];
  readonly now: number;
  readonly build: string;
}

/** Makes the answer to the action `status`. */
export function statusAnswer({ service, state, failures, now, build }: StatusSources): StatusAnswer {
  const punctual = { schedule: service.schedule, tolerance: latenessTolerance(service) };
  const status = serviceStatus(state, now, punctual);
  const { halt } = state;
  const pause = pauseHolds(state.pause, now) ? state.pause : undefined;
  return {
    action: 'status',
    service: service.name,
    status,
    since: toIsoOrNull(statusSince(state, now, punctual)),
    cause: causeOf(status, state, failures),
    trackRecord: fitTrackRecord(service.policy, state.trackRecord),
    streak: state.streak,
    backoffCount: state.backoffCount,
    nextDue: toIsoOrNull(nextRunDue(service.schedule, withinBackoff(service, state), now, build)),
    lease: leaseOf(state),
    halt:
      halt === undefined
        ? null
        : { at: toIso(halt.at), until: toIsoOrNull(halt.until), build: halt.build ?? null, cause: halt.cause },
    pause: shownPause(pause),
    lastTick: toIsoOrNull(state.lastTick),
    lastSuccess: toIsoOrNull(state.lastSuccess),
    runs: shownRuns(state.runs),
    failures: failures.slice(0, service.policy.memory).flatMap(failureOf),
    policy: policyOf(service.policy),
    cursor: state.cursor === undefined ? null : mask(state.cursor),
    build,
  };
}

function causeOf(status: Status, state: ServiceState, [newest]: readonly RunRecord[]): string | null {
  if (status === 'halted') return state.halt?.cause ?? null;
  if (status === 'paused') return state.pause?.reason ?? null;
  const failure = state.streak > 0 ? newest?.failure : undefined;
  return failure === undefined ? null : `${failure.errorClass}: ${failure.message}`;
}

function leaseOf({ lease, fence }: ServiceState): StatusAnswer['lease'] {
  return lease === undefined ? null : { until: toIso(lease.until), tick: toIsoOrNull(lease.tick), run: fence };
}

function failureOf({ at, fence, outcome, failure }: RunRecord): StatusAnswer['failures'] {
  if (failure === undefined) return [];
  return [{ at: toIso(at), run: fence, outcome, class: failure.errorClass, message: failure.message }];
}

function policyOf(policy: Policy): PolicyAnswer {
  const { interval, maxInterval, restartAfter, jitterRange } = policy;
  return {
    kind: policy.kind,
    memory: policy.memory,
    consecutive: policy.consecutive,
    backoff: policy.backoff,
    ...(jitterRange === undefined ? {} : { jitterRange }),
    trips: policy.trips,
    onFatal: policy.onFatal,
    intervalSeconds: interval / SECOND,
    maxIntervalSeconds: maxInterval === undefined ? null : maxInterval / SECOND,
    restartAfterSeconds: restartAfter === 'never' ? 'never' : restartAfter / SECOND,
  };
}
