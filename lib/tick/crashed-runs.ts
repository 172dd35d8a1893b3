/**
 * Crashed runs. Every commit sets `countedUpTo` to the fence of its run, and every acquire raises the fence. So
 * `fence - countedUpTo` of the state before this acquire is the number of runs that started and never wrote their end:
 * their process died. The next run counts each of them as an ended run with the outcome `crashed` before its own
 * workload, and whatever this tick commits includes them. If this run crashes too, nothing was written, and the next
 * run counts all of them.
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

/** The runs that crashed before this one, oldest first. */
export function crashedRuns({ service, startedAt }: TickContext, { claim, before }: Leased): EndedRun[] {
  const newest = claim.fence - 1;
  if (newest <= before.countedUpTo) return [];
  const count = Math.min(newest - before.countedUpTo, mostCounted(service.policy));
  // After a lost answer, `before` is the state that this acquire wrote, and contains its own lease.
  const lease = before.lease?.owner === claim.owner ? undefined : before.lease;
  const due = countedDue(service.schedule, startedAt, before.lastTick);
  return Array.from({ length: count }, (_, index) => {
    const fence = newest - count + 1 + index;
    const tick = fence === newest ? lease?.tick : undefined;
    return crashedRun(fence, startedAt, { tick, due });
  });
}

/** How many crashed runs are counted. More than fit into track record, memory and history would change nothing. */
function mostCounted({ consecutive, backoff, memory }: Policy): number {
  return Math.min(1_000, Math.max(HISTORY_SIZE, memory, consecutive * Math.min(backoff, 100)));
}

/** @param due the due time that is used if the tick of the run is unknown */
function crashedRun(fence: number, now: number, { tick, due }: { tick: number | undefined; due: number }): EndedRun {
  const run = tick === undefined ? `run ${fence}` : `run ${fence} for ${toIso(tick)}`;
  const error = new RunCrashedError(`${run} started and never ended; its process died`);
  // The stack would show where the crash was counted, not where the process died.
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
 * The reason for which the crashed runs cause this tick to be skipped, or `undefined`. A manual run bypasses a backoff,
 * and with `force` a halt.
 */
export function blockedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): SkipReason | undefined {
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';
  return tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor) ? 'backoff' : undefined;
}
