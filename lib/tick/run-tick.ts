/**
 * The way of a tick: one iteration of a service on account of a tick.
 *
 *   1. acquire: one conditional write takes the lease, or says why not (then the tick is skipped)
 *   2. crashed runs are counted; if they halt the service or make it back off, the tick is skipped for that reason
 *   3. the workload runs under its deadline; its error is classified into an outcome
 *   4. commit: the ended runs are applied to the state; run records, then one fenced write, which frees the lease (unless
 *      the workload is still running)
 *   5. notify: observers get the event, the report is printed, metrics are flushed
 *   6. a scheduled tick that halted the service throws; the process of a workload that can't be ended is ended
 */
import { type AppliedRuns, applyRuns, type EndedRun, latestDue, type SkipReason, type Tick } from '../rules/index.ts';
import { runWorkload, type WorkloadRun } from '../run/index.ts';
import { haltedError, type Service, safeLog } from '../service/index.ts';
import { type Admitted, acquire, bypassedBy } from './acquire.ts';
import { commitRuns } from './commit.ts';
import { blockedBy, crashedRuns } from './crashed-runs.ts';
import { notifyCrashes, notifyTick } from './notify.ts';
import type { Ports } from './ports.ts';
import { type Invocation, type TickContext, tickContext } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/** A tick whose crashed runs are counted. */
interface Opened extends Admitted {
  readonly crashed: readonly EndedRun[];
}

/**
 * Runs one iteration of a service on account of a tick and returns the event that observers got.
 * @throws ServiceHaltedError once, when a scheduled tick halted the service; its state is written then
 * @throws LeaseLostError when another run took over before this one could write its outcome
 * @throws UnreadableStateError, or the store's own error, when the state can't be read or written
 */
export async function runTick(service: Service, tick: Tick, invocation: Invocation, given: Ports): Promise<TickEvent> {
  const context = tickContext(service, tick, invocation, { ...given, log: safeLog(given.log) });
  const admitted = await acquire(context);
  if (!admitted.granted) {
    const { reason, state } = admitted;
    return notifyTick(context, { disposition: 'skipped', reason, state, crashesBooked: 0 });
  }
  const crashed = crashedRuns(context, admitted);
  if (crashed.length === 0) return runAndCommit(context, { ...admitted, crashed });
  // Only observers and the blocking rules see this state: the commit applies the crashed runs to `admitted.state` again.
  const { state, steps } = applyRuns(context.rules, admitted.state, crashed);
  await notifyCrashes(context, steps);
  const reason = blockedBy(context, state);
  if (reason !== undefined) return skipForCrashes(context, { ...admitted, crashed }, reason);
  return runAndCommit(context, { ...admitted, crashed }, state);
}

async function skipForCrashes(
  context: TickContext,
  { claim, state, crashed }: Opened,
  reason: SkipReason,
): Promise<TickEvent> {
  const committed = await commitRuns(context, { claim, state, runs: crashed, ending: 'skipped' });
  const facts = { disposition: 'skipped', reason, crashesBooked: crashed.length, fence: claim.fence } as const;
  const event = await notifyTick(context, { ...facts, ...resultOf(committed) });
  throwIfHalted(context, event);
  return event;
}

/** @param known the state that the run starts from: `opened.state` with the crashed runs applied */
async function runAndCommit(context: TickContext, opened: Opened, known = opened.state): Promise<TickEvent> {
  const { service, tick, invocation, ports, endsAt } = context;
  const { claim, crashed } = opened;
  const bypassed = bypassedBy(context, known);
  const run = await runWorkload(service, {
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    signalAt: Math.min(ports.clock.now() + service.maxDuration, endsAt - service.reserve),
    stop: invocation.stop,
    fence: claim.fence,
    scheduledFor: tick.kind === 'scheduled' ? tick.scheduledFor : undefined,
    cursor: known.cursor,
    prepared: invocation.prepared,
    runScope: ports.runScope,
  });
  try {
    const committed = await commitEnd(context, opened, run);
    const facts = { disposition: 'ran', crashesBooked: crashed.length, fence: claim.fence, bypassed, run } as const;
    const event = await notifyTick(context, { ...facts, ...resultOf(committed) });
    throwIfHalted(context, event, run.error);
    return event;
  } catch (error) {
    // The process may end below before anybody else can log it.
    if (run.abandoned) ports.log.error('the run could not be committed', { error });
    throw error;
  } finally {
    if (run.abandoned) ports.recycle();
  }
}

/** A run that gave way to a stop has no outcome: without crashed runs there is nothing to commit, and its tick may run again. */
async function commitEnd(context: TickContext, opened: Opened, run: WorkloadRun): Promise<AppliedRuns> {
  const { state, crashed } = opened;
  const claim = run.abandoned ? { ...opened.claim, keepsLease: true as const } : opened.claim;
  if (run.outcome === undefined && crashed.length === 0) {
    await context.ports.store.release(claim);
    return { ...applyRuns(context.rules, state, []), state: { ...state, done: claim.fence } };
  }
  const runs =
    run.outcome === undefined ? crashed : [...crashed, endedRun(context, opened, { ...run, outcome: run.outcome })];
  return commitRuns(context, { claim, state, runs, ending: run.outcome?.kind ?? 'stopped' });
}

function endedRun(
  { tick, rules }: TickContext,
  { claim, state }: Opened,
  { outcome, startedAt, endedAt, durationMs, cursor }: WorkloadRun & Pick<EndedRun, 'outcome'>,
): EndedRun {
  const own = { outcome, fence: claim.fence, endedAt, durationMs, ...(cursor === undefined ? {} : { cursor }) };
  if (tick.kind === 'manual') {
    return { ...own, manual: true, at: startedAt, due: latestDue(rules.schedule, startedAt, state.lastTick) };
  }
  return { ...own, manual: false, at: tick.scheduledFor, due: tick.scheduledFor, decides: tick.scheduledFor };
}

function resultOf({ state, report, verdict }: AppliedRuns) {
  return { state, report, ...(verdict === undefined ? {} : { verdict }) };
}

function throwIfHalted({ service, tick }: TickContext, event: TickEvent, error?: unknown): void {
  if (tick.kind === 'manual' || event.verdict !== 'halted') return;
  throw haltedError(service.name, event.state.halt?.cause ?? 'unknown', error);
}
