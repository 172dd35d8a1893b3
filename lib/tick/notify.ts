import { type AppliedRuns, nextRunDue, overrunLine, propagates, serviceStatus } from '../rules/index.ts';
import { printReport, type WorkloadRun } from '../run/index.ts';
import { FLUSH_LIMIT, NOTIFY_TIME, type Service } from '../service/index.ts';
import { toBoundedJson } from '../text/index.ts';
import { withTimeLimit } from '../time/index.ts';
import type { Observer, Ports } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/** The facts about the end of a tick from which its TickEvent is made. */
export type TickFacts = Pick<TickEvent, 'disposition' | 'state' | 'crashesBooked'> &
  Partial<Pick<TickEvent, 'reason' | 'fence' | 'verdict' | 'report' | 'bypassed'>> & { readonly run?: WorkloadRun };

/**
 * Makes the event of a tick whose state is written, and passes it to every observer. Then prints the report, and lets
 * the observers flush. An observer that fails doesn't fail the tick.
 */
export async function notifyTick(context: TickContext, facts: TickFacts): Promise<TickEvent> {
  const { service, ports } = context;
  const event = tickEvent(context, facts);
  const onError = (error: unknown) => logObserverError(context, error);
  notifyObservers(ports.observers, (observer) => observer.tickEnded?.(event), onError);
  if (event.overrunMs !== undefined && event.durationMs !== undefined && !isPropagated(service, facts.run)) {
    ports.log.warn(overrunLine(service.name, event.durationMs, service.policy.interval));
  }
  if (event.report.length > 0) printReport(service, event.report, ports);
  await flushObservers(ports, context.endsAt, onError);
  return event;
}

/**
 * Whether a fatal error of the run halted the service at once. After such an error Prefect's loop ends without its
 * warning of an overrun, so Tickover gives no such warning.
 */
function isPropagated({ policy }: Service, run: WorkloadRun | undefined): boolean {
  return run?.outcome !== undefined && propagates(policy, run.outcome);
}

/**
 * Passes each crashed run to every observer, and lets the observers flush before the workload runs, since this process
 * may die too.
 */
export async function notifyCrashes(context: TickContext, steps: AppliedRuns['steps']): Promise<void> {
  const { service, ports, startedAt } = context;
  const onError = (error: unknown) => logObserverError(context, error);
  for (const { fence, streak, halted } of steps) {
    const event = { service: service.name, fence, bookedAt: startedAt, streak, halted };
    notifyObservers(ports.observers, (observer) => observer.runCrashed?.(event), onError);
  }
  await flushObservers(ports, context.endsAt, onError);
}

function tickEvent(context: TickContext, { run, ...facts }: TickFacts): TickEvent {
  const { service, tick, startedAt, invocation, ports } = context;
  const now = ports.clock.now();
  const due = nextRunDue(service.schedule, facts.state, now, invocation.build);
  const overrun = run === undefined ? 0 : run.durationMs - service.policy.interval;
  return {
    service: service.name,
    tick,
    startedAt,
    build: invocation.build,
    bypassed: [],
    report: [],
    ...facts,
    status: serviceStatus(facts.state, now),
    ...(due === undefined ? {} : { nextDue: due }),
    ...(tick.kind === 'scheduled' ? { latenessMs: startedAt - tick.scheduledFor } : {}),
    ...(run === undefined ? {} : { durationMs: run.durationMs }),
    ...(run?.outcome === undefined ? {} : { outcome: run.outcome.kind }),
    ...(run?.outcome === undefined || run.outcome.kind === 'succeeded' ? {} : { failure: run.outcome.failure }),
    ...(overrun > 0 ? { overrunMs: overrun } : {}),
    ...(run?.result === undefined ? {} : { result: toBoundedJson(run.result) }),
  };
}

/** Calls `notify` for every observer, without waiting for promises. `onError` gets every error and every rejection. */
export function notifyObservers(
  observers: readonly Observer[],
  notify: (observer: Observer) => unknown,
  onError: (error: unknown) => void,
): void {
  for (const observer of observers) {
    try {
      const answer = notify(observer);
      if (answer instanceof Promise) answer.catch(onError);
    } catch (error) {
      onError(error);
    }
  }
}

/**
 * Lets all observers flush at the same time. Waits for them until `endsAt` (in epoch milliseconds), but at least
 * NOTIFY_TIME (0.25 s) and at most FLUSH_LIMIT (2 s). `onError` gets the error of an observer that fails or takes
 * longer.
 */
export async function flushObservers(
  { observers, clock }: Pick<Ports, 'observers' | 'clock'>,
  endsAt: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const slow: Promise<void>[] = [];
  for (const observer of observers) {
    try {
      const flushed = observer.flush?.();
      if (flushed !== undefined) slow.push(flushed);
    } catch (error) {
      onError(error);
    }
  }
  if (slow.length === 0) return;
  const limit = Math.min(FLUSH_LIMIT, Math.max(NOTIFY_TIME, endsAt - clock.now()));
  await Promise.all(slow.map((flushed) => withTimeLimit(clock, limit, async () => flushed).catch(onError)));
}

function logObserverError({ service, ports }: TickContext, error: unknown): void {
  ports.log.error(`${service.name}: an observer failed; the tick goes on without it`, { error });
}
