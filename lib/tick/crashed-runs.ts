/**
 * Finds the crashed runs of a service. Each acquire raises the fence by one, and each commit sets `countedUpTo` to the
 * fence of its run. So `fence - countedUpTo`, before this acquire, is the number of runs whose process died. The next
 * run commits the crashed runs before itself. If the next run crashes too, the run after it counts all of them.
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
  // If the response to the acquire was lost and the SDK sent the request again, `before` contains the lease of this
  // run.
  const lease = before.lease?.owner === claim.owner ? undefined : before.lease;
  const due = countedDue(service.schedule, startedAt, before.lastTick);
  return Array.from({ length: count }, (_, index) => {
    const fence = newest - count + 1 + index;
    const tick = fence === newest ? lease?.tick : undefined;
    return crashedRun(fence, startedAt, { tick, due });
  });
}

/**
 * The largest number of crashed runs that one tick counts. More would not change the state, since track record,
 * remembered failures and run history hold no more runs.
 */
function mostCounted({ consecutive, backoff, memory }: Policy): number {
  return Math.min(1_000, Math.max(HISTORY_SIZE, memory, consecutive * Math.min(backoff, 100)));
}

/**
 * The crashed run with this fence, as an ended run.
 * @param now when the crash is counted, in epoch milliseconds
 * @param tick the due time for which the run held the lease; `undefined` if it is unknown
 * @param due the due time from which a backoff is counted if `tick` is unknown
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
 * The reason to skip this tick in `state`, to which the crashed runs were applied; `undefined` if the tick may run. A
 * manual run ignores a backoff, and with `force` also a halt.
 */
export function blockedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): SkipReason | undefined {
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';
  return tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor) ? 'backoff' : undefined;
}
