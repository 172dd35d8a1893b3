/** One run of a workload, and how it ended: the part that a tick and a loop share. */
import { memoOf, type Outcome } from '../loop/index.ts';
import type { Clock, Random } from '../time/index.ts';
import { judge } from './classify.ts';
import { type Ending, runUnderDeadline } from './deadline.ts';
import { ServiceHaltedError } from './errors.ts';
import type { Log } from './ports.ts';
import type { RunContext, Service } from './service.ts';

/** What a run needs besides its service. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** When the run's signal fires, in epoch milliseconds; `Infinity` for never. */
  readonly signalAt: number;
  readonly stop?: AbortSignal | undefined;
  readonly fence: number;
  readonly scheduledFor?: number | undefined;
  readonly cursor?: string | undefined;
  /** Gives what the service's `prepare` made, or a promise of it; called inside the run, so that what it throws is the run's failure. */
  readonly prepared: () => unknown;
}

/** A run that has ended, in every way it can. */
export interface WorkloadRun {
  /** Absent when the run gave way to the process's stop. */
  readonly outcome?: Outcome;
  /** What was thrown, as it was thrown. */
  readonly error?: unknown;
  /** What the workload returned. */
  readonly result?: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** Whether the workload still runs and only the process's end ends it. */
  readonly abandoned: boolean;
  /** The bookmark after the run. */
  readonly cursor?: string;
}

/** Room for a service's bookmark in the hot item. */
const CURSOR_BYTES = 256;

/** Runs the service's workload once. Never rejects: what it throws is classified. */
export async function runWorkload(service: Service, surroundings: RunSurroundings): Promise<WorkloadRun> {
  const { clock, log, signalAt, stop } = surroundings;
  const startedAt = clock.now();
  const bookmark = { cursor: surroundings.cursor };
  log.debug(`Starting run of '${service.name}'`);
  const ending = await runUnderDeadline(
    async (signal) => {
      const prepared = await surroundings.prepared();
      return service.workload(contextOf(service, surroundings, { signal, bookmark, prepared }));
    },
    { service: service.name, signalAt, clock, stop },
  );
  const { cursor } = bookmark;
  Object.freeze(bookmark);
  const endedAt = clock.now();
  const outcome = outcomeOf(service, ending, endedAt);
  const error = ending.kind === 'threw' || ending.kind === 'timed-out' ? ending.error : undefined;
  if (outcome !== undefined && outcome.kind !== 'succeeded') {
    log.debug(`Run of '${service.name}' failed with ${outcome.failure.errorClass}`);
  }
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(error === undefined ? {} : { error }),
    ...(ending.kind === 'returned' && ending.value !== undefined ? { result: ending.value } : {}),
    startedAt,
    endedAt,
    durationMs: endedAt - startedAt,
    abandoned: ending.kind === 'timed-out' && !ending.settled,
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The error that a halted service is told by: a fatal error itself as its cause, or none where the threshold was reached. */
export function haltedError(service: string, cause: string, error?: unknown): ServiceHaltedError {
  return new ServiceHaltedError(service, `${service}: halted: ${cause}`, error === undefined ? {} : { cause: error });
}

interface RunParts {
  readonly signal: AbortSignal;
  readonly bookmark: { cursor: string | undefined };
  readonly prepared: unknown;
}

function contextOf(
  service: Service,
  surroundings: RunSurroundings,
  { signal, bookmark, prepared }: RunParts,
): RunContext {
  const { clock, random, log, fence, scheduledFor, cursor, signalAt } = surroundings;
  return {
    service: service.name,
    signal,
    deadline: signalAt,
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    fence,
    clock,
    random,
    log,
    ...(cursor === undefined ? {} : { cursor }),
    saveCursor(next) {
      const bytes = new TextEncoder().encode(next).length;
      if (bytes > CURSOR_BYTES) {
        throw new RangeError(`${service.name}: cursor: expected at most ${CURSOR_BYTES} bytes, got ${bytes}`);
      }
      if (!Object.isFrozen(bookmark)) bookmark.cursor = next;
    },
    prepared,
  };
}

function outcomeOf(service: Service, ending: Ending, endedAt: number): Outcome | undefined {
  switch (ending.kind) {
    case 'returned':
      return { kind: 'succeeded' };
    case 'stopped':
      return undefined;
    case 'timed-out':
      return { kind: 'timed-out', failure: memoOf(ending.error, endedAt) };
    case 'threw':
      return { ...judge(service.classify, ending.error), failure: memoOf(ending.error, endedAt) };
  }
}
