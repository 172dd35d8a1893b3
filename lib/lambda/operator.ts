import { freshStart, NEVER_RUN, pauseHolds, type RunRecord, type ServiceState, withinBackoff } from '../rules/index.ts';
import { GRACE, type Log, STORE_LIMIT } from '../service/index.ts';
import { mask, withoutUndefined } from '../text/index.ts';
import { flushObservers, notifyObservers, type Ports } from '../tick/index.ts';
import { toIso, withTimeLimit } from '../time/index.ts';
import type { Composition } from './composition.ts';
import type { Request } from './event.ts';
import { type StatusAnswer, statusAnswer } from './status-answer.ts';

/** The answer to the action `pause`: the status of the service after the pause was written. */
export interface PauseAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'pause';
}

/**
 * The answer to the action `resume`: the status of the service after the resume was written, and what the resume ended.
 */
export interface ResumeAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'resume';
  /**
   * The cause of the halt, the reason of the pause and the end of the backoff that the resume ended, each `null` if
   * there was none. `streak` is the number of failures in a row until the resume.
   */
  readonly ended: {
    readonly halt: string | null;
    readonly pause: string | null;
    readonly notBefore: string | null;
    readonly streak: number;
  };
}

/** Answers the action `status`. If nothing is stored about the service, its status is `never-ran`. */
export async function answerStatus(composition: Composition): Promise<StatusAnswer> {
  const { service, ports } = composition;
  const state = (await answerOf(composition, () => ports.store.read(service.name))) ?? NEVER_RUN;
  return statusOf(composition, state, await failuresOf(composition));
}

/** Pauses the service: the schedule skips its ticks until the pause ends. A run under way goes on. */
export async function pauseService(
  composition: Composition,
  request: Extract<Request, { kind: 'pause' }>,
): Promise<PauseAnswer> {
  const { service, ports } = composition;
  const { until } = request;
  const [reason, by] = [mask(request.reason), mask(request.by)];
  const at = ports.clock.now();
  const wanted = withoutUndefined({ at, reason, by, until });
  const state = await answerOf(composition, () => ports.store.pause(service.name, wanted));
  ownLogOf(ports).info('service paused', { reason, by, until: until === undefined ? null : toIso(until) });
  return { ...statusOf(composition, state, await failuresIfAny(composition)), action: 'pause' };
}

/** Resumes the service: ends its halt, pause and backoff, and forgets its failures. */
export async function resumeService(composition: Composition): Promise<ResumeAnswer> {
  const { service, ports } = composition;
  const before = await answerOf(composition, () => ports.store.resume(service.name));
  await notifyResume(ports, service.name);
  const ended = endedBy(withinBackoff(service, before), ports.clock.now());
  ownLogOf(ports).info('service resumed', { ended });
  const { pause: _pause, ...state } = freshStart(before);
  return { ...statusOf(composition, state, await failuresIfAny(composition)), action: 'resume', ended };
}

function endedBy({ halt, pause, notBefore, streak }: ServiceState, now: number): ResumeAnswer['ended'] {
  return {
    halt: halt?.cause ?? null,
    pause: pauseHolds(pause, now) ? (pause?.reason ?? null) : null,
    notBefore: notBefore === undefined || notBefore <= now ? null : toIso(notBefore),
    streak,
  };
}

/**
 * Calls `resumed` of every observer. The error of an observer is only logged, since the store contains the resume
 * already.
 */
async function notifyResume(ports: Ports, service: string): Promise<void> {
  const onError = (error: unknown) =>
    ports.log.error(`${service}: an observer failed; the service is resumed all the same`, { error });
  notifyObservers(ports.observers, (observer) => observer.resumed?.(service), onError);
  await flushObservers(ports, Number.POSITIVE_INFINITY, onError);
}

function statusOf(
  { service, ports, environment }: Composition,
  state: ServiceState,
  failures: readonly RunRecord[],
): StatusAnswer {
  return statusAnswer({ service, state, failures, now: ports.clock.now(), build: environment.build });
}

/**
 * The records of the newest failed runs, as many as the option `memory` says but at least one, since the field `cause`
 * of the answer shows the newest failure.
 */
function failuresOf(composition: Composition): Promise<RunRecord[]> {
  const { service, ports } = composition;
  const range = { after: 0, limit: Math.max(1, service.policy.memory) };
  return answerOf(composition, () => ports.store.failedRuns(service.name, range));
}

/** Returns the log that doesn't mask values. `pauseService` has masked what the person gave. */
function ownLogOf({ log, ownLog }: Ports): Log {
  return ownLog ?? log;
}

/**
 * Calls `work`, which sends a request to the store. Throws if the store doesn't answer within STORE_LIMIT, since a
 * person waits.
 */
function answerOf<Result>({ ports }: Composition, work: () => Promise<Result>): Promise<Result> {
  return withTimeLimit(ports.clock, { ms: STORE_LIMIT, grace: GRACE }, work);
}

/**
 * Like `failuresOf`, but returns an empty list if the store fails. The pause or resume is stored by then, and the
 * person must get an answer.
 */
async function failuresIfAny(composition: Composition): Promise<RunRecord[]> {
  try {
    return await failuresOf(composition);
  } catch (error) {
    composition.ports.log.warn(
      `${composition.service.name}: recent failures can't be read; the answer leaves them out`,
      {
        error,
      },
    );
    return [];
  }
}
