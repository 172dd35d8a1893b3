/**
 * Finds the crashed runs of a service. Every commit sets `countedUpTo` to the fence of its run, and every acquire
 * raises the fence by one. So `fence - countedUpTo`, in the state before this acquire, is the number of runs that
 * started and never wrote their end: their process died. The next run counts each of them as an ended run with the
 * outcome `crashed`, before its own workload runs, and writes them with its own commit. If the next run crashes too,
 * nothing is written, and the run after it counts all of them.
 */
import {
  countedDue,
  type EndedRun,
  HISTORY_SIZE,
  haltHolds,
  isBackingOff,
  type Policy,
  type ServiceState,
  type SkipReason,
} from '../rules/index.ts';
import { RunCrashedError } from '../service/index.ts';
import { summarizeError } from '../text/index.ts';
import { toIso } from '../time/index.ts';
import type { Leased } from './acquire.ts';
import type { TickContext } from './tick-context.ts';

/** The crashed runs that no earlier run has counted, oldest first. */
export function crashedRuns({ service, startedAt }: TickContext, { claim, before }: Leased): EndedRun[] {
  const newest = claim.fence - 1;
  if (newest <= before.countedUpTo) return [];
  const count = Math.min(newest - before.countedUpTo, mostCounted(service.policy));
  // If the answer to the acquire was lost and the request sent again, `before` contains the lease of this run itself.
  const lease = before.lease?.owner === claim.owner ? undefined : before.lease;
  const due = countedDue(service.schedule, startedAt, before.lastTick);
  return Array.from({ length: count }, (_, index) => {
    const fence = newest - count + 1 + index;
    const tick = fence === newest ? lease?.tick : undefined;
    return crashedRun(fence, startedAt, { tick, due });
  });
}

/**
 * The largest number of crashed runs that one tick counts. Counting more would not change the state, since track
 * record, remembered failures and run history hold no more runs.
 */
function mostCounted({ consecutive, backoff, memory }: Policy): number {
  return Math.min(1_000, Math.max(HISTORY_SIZE, memory, consecutive * Math.min(backoff, 100)));
}

/**
 * The run with this fence as an ended run with the outcome `crashed`.
 * @param now when the crash is counted, in epoch milliseconds
 * @param tick the tick for which the run held the lease; `undefined` if it is unknown
 * @param due the due time that the run gets if its tick is unknown
 */
function crashedRun(fence: number, now: number, { tick, due }: { tick: number | undefined; due: number }): EndedRun {
  const run = tick === undefined ? `run ${fence}` : `run ${fence} for ${toIso(tick)}`;
  const error = new RunCrashedError(`${run} started and never ended; its process died`);
  // The stack would show the code that counts the crash, not the place where the process died.
  error.stack = '';
  return {
    outcome: { kind: 'crashed', failure: summarizeError(error, now) },
    fence,
    at: now,
    due: tick ?? due,
    endedAt: now,
    durationMs: 0,
    manual: false,
  };
}

/**
 * The reason to skip this tick after the crashed runs were applied to `state`: `halted` or `backoff`; `undefined` if
 * the tick may run. A manual run ignores a backoff, and a manual run with `force` also ignores a halt.
 */
export function blockedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): SkipReason | undefined {
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';
  return tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor) ? 'backoff' : undefined;
}
