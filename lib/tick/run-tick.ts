/**
 * The path of a tick: one iteration of a service.
 *
 *   1. acquire: one conditional write takes the lease, or returns a reason for which the tick is skipped
 *   2. crashed runs are counted; if they halt the service or make it back off, the tick is skipped for that reason
 *   3. the workload runs under its deadline; its end is classified as an outcome
 *   4. commit: the ended runs are applied to the state; run records are written, then the state in one conditional
 *      write, which frees the lease (unless the workload is still running)
 *   5. notify: observers get the event, the report is printed, metrics are flushed
 *   6. a scheduled tick that halted the service throws; the process ends if the workload ignores its signal, or if the
 *      process is exhausted
 */
import { applyRuns, type EndedRun, obstacles, type ServiceState, type Tick } from '../rules/index.ts';
import { runWorkload } from '../run/index.ts';
import { haltedError, type Service, type ServiceHaltedError, safeLog } from '../service/index.ts';
import { type Leased, takeLease } from './acquire.ts';
import { assertOwned } from './assert-owned.ts';
import { commitCrashes, commitRun } from './commit.ts';
import { blockedBy, crashedRuns } from './crashed-runs.ts';
import { notifyCrashes, notifyTick } from './notify.ts';
import type { Ports } from './ports.ts';
import type { Invocation, TickContext } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/**
 * Runs one iteration of a service for a tick. Returns the event that the observers got.
 * @throws ServiceHaltedError once, after a scheduled tick has halted the service and its state is written
 * @throws LeaseLostError if another run took over the lease before this run could write its outcome
 * @throws UnreadableStateError, or the error of the store, if the state can't be read or written
 */
export async function runTick(service: Service, tick: Tick, invocation: Invocation, ports: Ports): Promise<TickEvent> {
  const { event, halt } = await endTick(service, tick, invocation, ports);
  if (halt !== undefined) throw halt;
  return event;
}

/**
 * The event of a tick. `halt` is the error that the caller of `endTick` must throw if a scheduled tick halted its
 * service.
 */
export interface EndedTick {
  readonly event: TickEvent;
  readonly halt?: ServiceHaltedError;
}

/** Does the same as {@link runTick}, but returns the error of a halt together with the event instead of throwing it. */
export async function endTick(service: Service, tick: Tick, invocation: Invocation, given: Ports): Promise<EndedTick> {
  const context = tickContext(service, tick, invocation, given);
  const { ports, endsAt } = context;

  const leased = await takeLease(context);
  if (!leased.granted) {
    const { reason, state } = leased;
    return { event: await notifyTick(context, { disposition: 'skipped', reason, state, crashesBooked: 0 }) };
  }

  const crashed = crashedRuns(context, leased);
  const opened: Opened =
    crashed.length === 0 ? { mayRun: true, state: leased.state } : await openBehindCrashes(context, leased, crashed);
  if (!opened.mayRun) return withHalt(context, opened.event);

  const { claim } = leased;
  const run = await runWorkload(service, {
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    signalAt: Math.min(ports.clock.now() + service.maxDuration, endsAt - service.reserve),
    stop: invocation.stop,
    fence: claim.fence,
    scheduledFor: tick.kind === 'scheduled' ? tick.scheduledFor : undefined,
    cursor: opened.state.cursor,
    prepared: invocation.prepared,
    input: invocation.input,
    assertOwned: () => assertOwned(ports, claim),
    secrets: invocation.secrets,
    runScope: ports.runScope,
  });

  try {
    const committed = await commitRun(context, leased, crashed, run);
    const event = await notifyTick(context, {
      ...committed,
      disposition: 'ran',
      crashesBooked: crashed.length,
      fence: claim.fence,
      bypassed: tick.kind === 'manual' ? obstacles(opened.state, context.startedAt, invocation.build) : [],
      run,
    });
    return event.verdict === 'halted' ? withHalt(context, event, run.error) : { event };
  } catch (error) {
    // The `finally` block may end the process, before a caller can log the error.
    if (run.abandoned) ports.log.error(`${service.name}: ${NOT_COMMITTED}`, { error });
    throw error;
  } finally {
    if (run.abandoned) ports.recycle();
    else if (run.exhausted === 'process') recycleExhausted(context);
  }
}

const NOT_COMMITTED = 'the run could not be committed; its process is ended now, since its workload goes on';

/**
 * The result of counting crashed runs: the state with which the workload runs, or the event of a tick that is skipped
 * because of the crashed runs.
 */
type Opened =
  | { readonly mayRun: true; readonly state: ServiceState }
  | { readonly mayRun: false; readonly event: TickEvent };

/**
 * Passes the crashed runs to the observers. If the crashed runs halt the service or make it back off, commits them and
 * returns the event of the skipped tick.
 */
async function openBehindCrashes(context: TickContext, leased: Leased, crashed: readonly EndedRun[]): Promise<Opened> {
  const { state, steps } = applyRuns(context.rules, leased.state, crashed);
  await notifyCrashes(context, steps);
  const reason = blockedBy(context, state);
  if (reason === undefined) return { mayRun: true, state };
  const committed = await commitCrashes(context, leased, crashed);
  const facts = { disposition: 'skipped', reason, crashesBooked: crashed.length, fence: leased.claim.fence } as const;
  return { mayRun: false, event: await notifyTick(context, { ...committed, ...facts }) };
}

/**
 * Adds the error of the halt to the event, if a scheduled tick halted the service. The caller throws this error, so
 * that Lambda counts an error of the function. The answer to a manual tick shows the halt without an error.
 */
function withHalt({ service, tick }: TickContext, event: TickEvent, error?: unknown): EndedTick {
  if (event.verdict !== 'halted' || tick.kind === 'manual') return { event };
  return { event, halt: haltedError(service.name, event.state.halt?.cause ?? 'unknown', error) };
}

/**
 * Ends a process that has run out of memory, threads or file descriptors, since every later run in it would fail. After
 * a manual tick the process goes on, since a person waits for the answer.
 */
function recycleExhausted({ service, tick, invocation, ports }: TickContext): void {
  if (tick.kind === 'manual') return;
  ports.log.warn(`${service.name}: the process is exhausted; it is ended, and the next tick starts in a new one`);
  (invocation.endAfterAnswer ?? ports.recycle)();
}

/** Makes the context of a tick that starts now. The log in it never throws. */
export function tickContext(service: Service, tick: Tick, invocation: Invocation, given: Ports): TickContext {
  const ports = { ...given, log: safeLog(given.log) };
  const startedAt = ports.clock.now();
  const rules = { service: service.name, policy: service.policy, schedule: service.schedule, build: invocation.build };
  const endsAt = Math.min(invocation.deadline, startedAt + service.timeout);
  return { service, tick, invocation, ports, rules, startedAt, endsAt };
}
