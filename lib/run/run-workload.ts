/** One run of a workload, and how it ended: the part that a tick and a loop share. */

import type { Outcome } from '../rules/index.ts';
import { classifySafely, type Service, ServiceHaltedError } from '../service/index.ts';
import { summarizeError } from '../text/index.ts';
import type { Log } from '../tick/index.ts';
import type { Clock, Random } from '../time/index.ts';
import { type Ending, type Limits, runUnderDeadline } from './deadline.ts';
import { contextOf, openCursor } from './run-context.ts';
import type { RunScope } from './run-scope.ts';

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
  readonly runScope?: RunScope | undefined;
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

/** Runs the service's workload once. Never rejects: what it throws is classified. */
export async function runWorkload(service: Service, surroundings: RunSurroundings): Promise<WorkloadRun> {
  const { clock, log, signalAt, stop } = surroundings;
  const startedAt = clock.now();
  const runCursor = openCursor(service, surroundings);
  log.debug(`Starting run of '${service.name}'`);
  const ending = await runUnderDeadline(
    async (signal) => {
      const prepared = await surroundings.prepared();
      return service.workload(contextOf(service, surroundings, { signal, runCursor, prepared }));
    },
    { service: service.name, signalAt, clock, stop, runScope: runScopeFor(service, surroundings) },
  );
  const cursor = runCursor.close();
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
    abandoned: 'settled' in ending && !ending.settled,
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The error that a halted service is told by: a fatal error itself as its cause, or none where the threshold was reached. */
export function haltedError(service: string, cause: string, error?: unknown): ServiceHaltedError {
  return new ServiceHaltedError(service, `${service}: halted: ${cause}`, error === undefined ? {} : { cause: error });
}

/** Who the run is, for whoever keeps it apart from others. */
function runScopeFor({ name }: Service, { runScope, fence, scheduledFor }: RunSurroundings): Limits['runScope'] {
  if (runScope === undefined) return undefined;
  const run = { service: name, fence, ...(scheduledFor === undefined ? {} : { scheduledFor }) };
  return (onUncaught, work) => runScope({ ...run, onUncaught }, work);
}

function outcomeOf(service: Service, ending: Ending, endedAt: number): Outcome | undefined {
  switch (ending.kind) {
    case 'returned':
      return { kind: 'succeeded' };
    case 'stopped':
      return undefined;
    case 'timed-out':
      return { kind: 'timed-out', failure: summarizeError(ending.error, endedAt) };
    case 'threw':
      return { ...classifySafely(service.classify, ending.error), failure: summarizeError(ending.error, endedAt) };
  }
}
