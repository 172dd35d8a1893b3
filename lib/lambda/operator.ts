/** The actions of an operator on the state of a service. */

import { freshStart, NEVER_RUN, pauseHolds, type RunRecord, type ServiceState, withinBackoff } from '../rules/index.ts';
import { GRACE, type Log, STORE_LIMIT } from '../service/index.ts';
import { mask, withoutUndefined } from '../text/index.ts';
import { flushObservers, notifyObservers, type Ports } from '../tick/index.ts';
import { toIso, withTimeLimit } from '../time/index.ts';
import type { Composition } from './composition.ts';
import type { Request } from './event.ts';
import { type StatusAnswer, statusAnswer } from './status-answer.ts';

/** The answer to `pause`: the new status of the service. */
export interface PauseAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'pause';
}

/** The answer to `resume`: the new status of the service, and everything that the resume ended. */
export interface ResumeAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'resume';
  /**
   * Everything that kept the service from running until now; `streak` is the number of failures in a row that are
   * forgotten.
   */
  readonly ended: {
    readonly halt: string | null;
    readonly pause: string | null;
    readonly notBefore: string | null;
    readonly streak: number;
  };
}

/** Answers with everything that is stored about the service. A service without a state is `never-ran`. */
export async function answerStatus(composition: Composition): Promise<StatusAnswer> {
  const { service, ports } = composition;
  const state = (await answerOf(composition, () => ports.store.read(service.name))) ?? NEVER_RUN;
  return statusOf(composition, state, await failuresOf(composition));
}

/** Pauses the service: its ticks are skipped until the pause ends. A run under way goes on. */
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

/** Starts the service afresh: ends halt, pause and backoff, and clears streak and failures. */
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

/** The service is resumed by now: no observer can take that back. */
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
 * The newest failed runs, as many as the policy remembers. One is read even if the policy remembers none, since the
 * newest failure is the cause of a halt.
 */
function failuresOf(composition: Composition): Promise<RunRecord[]> {
  const { service, ports } = composition;
  const range = { after: 0, limit: Math.max(1, service.policy.memory) };
  return answerOf(composition, () => ports.store.failedRuns(service.name, range));
}

/** The values of a pause are masked before they are stored; those of a resume were stored. */
function ownLogOf({ log, ownLog }: Ports): Log {
  return ownLog ?? log;
}

/** The answer of the store, which a person waits for: a store that gives none is left. */
function answerOf<Result>({ ports }: Composition, work: () => Promise<Result>): Promise<Result> {
  return withTimeLimit(ports.clock, { ms: STORE_LIMIT, grace: GRACE }, work);
}

/**
 * The newest failed runs, or none if they can't be read: the change is written already, so the answer must not fail.
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
