/** The operator's actions on a service's state. */
import { UNKNOWN } from '../tick/index.ts';
import { toIso } from '../time/index.ts';
import type { Composition } from './composition.ts';
import type { Request } from './event.ts';
import { type StatusAnswer, statusAnswer } from './status-answer.ts';

/** The answer to `pause`: the service's status, paused. */
export interface PauseAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'pause';
}

/** The answer to `resume`: the service's status after it, and what it ended. */
export interface ResumeAnswer extends Omit<StatusAnswer, 'action'> {
  readonly action: 'resume';
  /** What no longer keeps the service from running. */
  readonly ended: {
    readonly halt: string | null;
    readonly pause: string | null;
    readonly notBefore: string | null;
    readonly streak: number;
  };
}

/** Tells everything that is remembered of the service. A service that has never run is told as `steady`. */
export async function tellStatus({ service, ports, environment }: Composition): Promise<StatusAnswer> {
  const { store, clock } = ports;
  const state = (await store.read(service.name)) ?? UNKNOWN;
  const limit = Math.max(1, service.policy.memory);
  const failures = await store.failedRuns(service.name, { after: 0, limit });
  return statusAnswer({ service, state, failures, now: clock.now(), build: environment.build });
}

/** Pauses the service: its ticks are skipped until the pause ends. A run under way goes on. */
export async function pauseService(
  composition: Composition,
  request: Extract<Request, { kind: 'pause' }>,
): Promise<PauseAnswer> {
  const { service, ports } = composition;
  const { reason, by, until } = request;
  const at = ports.clock.now();
  await ports.store.pause(service.name, { at, reason, by, ...(until === undefined ? {} : { until }) });
  ports.log.info('service paused', { reason, by, until: until === undefined ? null : toIso(until) });
  return { ...(await tellStatus(composition)), action: 'pause' };
}

/** Starts the service afresh: halt, pause, backoff, streak and failures are gone. */
export async function resumeService(composition: Composition): Promise<ResumeAnswer> {
  const { service, ports } = composition;
  const before = await ports.store.resume(service.name);
  for (const observer of ports.observers) observer.resumed?.(service.name);
  const ended = {
    halt: before.halt?.cause ?? null,
    pause: before.pause?.reason ?? null,
    notBefore: before.notBefore === undefined ? null : toIso(before.notBefore),
    streak: before.streak,
  };
  ports.log.info('service resumed', { ended });
  for (const observer of ports.observers) await observer.flush?.();
  return { ...(await tellStatus(composition)), action: 'resume', ended };
}
