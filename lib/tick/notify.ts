/** Telling what happened: the story is put together once and handed to every observer. None of them can fail a tick. */
import { nextRunDue, overrunLine, statusOf } from '../rules/index.ts';
import { printReport, type WorkloadRun } from '../run/index.ts';
import type { CrashEvent, Log, Observer } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/** What the story of a tick adds to what is known of it from the start. */
export type Told = Pick<TickEvent, 'disposition' | 'state' | 'crashesBooked'> &
  Partial<Pick<TickEvent, 'reason' | 'fence' | 'verdict' | 'report' | 'bypassed'>> & {
    readonly workload?: WorkloadRun;
  };

/** The story of a tick whose state is written. */
export function tickEventOf(run: TickContext, { workload, ...told }: Told): TickEvent {
  const { service, tick, startedAt, invocation, ports } = run;
  const now = ports.clock.now();
  const due = nextRunDue(service.schedule, told.state, now, invocation.build);
  return {
    service: service.name,
    tick,
    startedAt,
    build: invocation.build,
    bypassed: [],
    report: [],
    ...told,
    status: statusOf(told.state, now),
    ...(due === undefined ? {} : { nextDue: due }),
    ...(tick.kind === 'scheduled' ? { latenessMs: startedAt - tick.scheduledFor } : {}),
    ...(workload === undefined ? {} : endOf(workload, service.policy.interval)),
  };
}

function endOf({ outcome, durationMs, result }: WorkloadRun, interval: number) {
  return {
    durationMs,
    ...(outcome === undefined ? {} : { outcome: outcome.kind }),
    ...(outcome === undefined || outcome.kind === 'succeeded' ? {} : { failure: outcome.failure }),
    ...(durationMs > interval ? { overrunMs: durationMs - interval } : {}),
    ...(result === undefined ? {} : { result }),
  };
}

/** Tells every observer of the tick, prints its report and flushes. Returns the story. */
export async function notifyTick(run: TickContext, tickEvent: TickEvent): Promise<TickEvent> {
  each(run, (observer) => observer.tickEnded?.(tickEvent));
  warnOfOverrun(run, tickEvent);
  guarded(run.ports, () => printReport(run.service, tickEvent.report, run.ports.log));
  await flush(run);
  return tickEvent;
}

/** Tells every observer of runs that died, and flushes before anything else can go wrong. */
export async function notifyCrashes(run: TickContext, tickEvents: readonly CrashEvent[]): Promise<void> {
  for (const tickEvent of tickEvents) each(run, (observer) => observer.runCrashed?.(tickEvent));
  await flush(run);
}

/** Tells that a run took longer than the interval (rule S3). */
function warnOfOverrun({ service, ports }: TickContext, { overrunMs, durationMs }: TickEvent): void {
  if (overrunMs === undefined || durationMs === undefined) return;
  guarded(ports, () => ports.log.warn(overrunLine(service.name, durationMs, service.policy.interval)));
}

async function flush({ ports }: TickContext): Promise<void> {
  for (const observer of ports.observers) {
    try {
      await observer.flush?.();
    } catch (error) {
      complain(ports, error);
    }
  }
}

/** The log, unable to fail whoever writes to it. */
export function safeLog(log: Log): Log {
  const at =
    (level: keyof Log): Log['info'] =>
    (message, fields) => {
      try {
        log[level](message, fields);
      } catch {
        // Nobody is left to tell.
      }
    };
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
}

function each({ ports }: TickContext, tell: (observer: Observer) => void): void {
  for (const observer of ports.observers) guarded(ports, () => tell(observer));
}

/** An async listener is not waited for, but what it throws must not end the process. */
function guarded(ports: TickContext['ports'], tell: () => unknown): void {
  try {
    const told = tell();
    if (told instanceof Promise) told.catch((error: unknown) => complain(ports, error));
  } catch (error) {
    complain(ports, error);
  }
}

function complain({ log }: TickContext['ports'], error: unknown): void {
  safeLog(log).error('An observer threw; the tick goes on without it', { error });
}
