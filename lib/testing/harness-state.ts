/** The state of a service as a test asserts it: plain data. */
import {
  fitTrackRecord,
  nextRunDue,
  pauseHolds,
  type ServiceState,
  type ShownPause,
  type ShownRun,
  type Status,
  serviceStatus,
  shownPause,
  shownRuns,
  withinBackoff,
} from '../rules/index.ts';
import { latenessTolerance, type Service } from '../service/index.ts';
import { toIso, toIsoOrNull } from '../time/index.ts';

/** The state of the service in a harness. Times are in ISO 8601; a missing value is `null`. */
export interface HarnessState {
  readonly status: Status;
  /** The outcomes of the last runs, oldest first, true for a success; as many as the option `consecutive` says. */
  readonly trackRecord: readonly boolean[];
  /** The number of failures since the last success. */
  readonly streak: number;
  /** The number of trips since the last success. */
  readonly backoffCount: number;
  /** The earliest due time that may run while the service backs off. */
  readonly notBefore: string | null;
  /** The next due time that may run; `null` if the service must be resumed first. */
  readonly nextDue: string | null;
  /** The cursor that the workload has saved. */
  readonly cursor: string | null;
  /** The halt; `until` is the instant from which a probe may run. */
  readonly halt: { readonly at: string; readonly until: string | null; readonly cause: string } | null;
  readonly pause: ShownPause | null;
  /** The due time of the newest tick that has been decided. */
  readonly lastTick: string | null;
  readonly lastSuccess: string | null;
  /** The last 20 runs, newest first. A crashed run is in it once the next run has counted it. */
  readonly runs: readonly ShownRun[];
}

/** The build id of every service in a harness. */
export const HARNESS_BUILD = 'harness';

/** The state of `service` at the instant `now`, in epoch milliseconds. */
export function harnessState(service: Service, stored: ServiceState, now: number): HarnessState {
  const state = withinBackoff(service, stored);
  const { halt } = state;
  const pause = pauseHolds(state.pause, now) ? state.pause : undefined;
  return {
    status: serviceStatus(state, now, { schedule: service.schedule, tolerance: latenessTolerance(service) }),
    trackRecord: fitTrackRecord(service.policy, state.trackRecord),
    streak: state.streak,
    backoffCount: state.backoffCount,
    notBefore: toIsoOrNull(state.notBefore),
    nextDue: toIsoOrNull(nextRunDue(service.schedule, state, now, HARNESS_BUILD)),
    cursor: state.cursor ?? null,
    halt: halt === undefined ? null : { at: toIso(halt.at), until: toIsoOrNull(halt.until), cause: halt.cause },
    pause: shownPause(pause),
    lastTick: toIsoOrNull(state.lastTick),
    lastSuccess: toIsoOrNull(state.lastSuccess),
    runs: shownRuns(state.runs),
  };
}
