/**
 * The way of a tick: one iteration of a service on account of a tick.
 *
 *   1. acquire: one conditional write takes the lease, or says why not (then the tick is skipped)
 *   2. runs that died are booked; if that halts the service or makes it back off, the tick is skipped for it
 *   3. the workload runs under its deadline, and what it threw is classified
 *   4. the outcome is stepped
 *   5. commit: the run's record if it has one, then one fenced write of the state, which frees the lease (not that of a workload still at work)
 *   6. observers are told, the report is printed, metrics are flushed
 *   7. a scheduled tick that halted the service throws; a run that can't be ended has its process ended
 */
import {
  enter,
  type Ledger,
  latestDue,
  type Outcome,
  type ServiceState,
  type SkipReason,
  type Tick,
} from '../rules/index.ts';
import { haltedError, runWorkload, type WorkloadRun } from '../run/index.ts';
import type { Service } from '../service/index.ts';
import { blockedBy, book, bookOf, type Opened, openTick } from './acquire.ts';
import { conclude, giveBack } from './commit.ts';
import { notifyTick, safeLog, tickEventOf } from './notify.ts';
import type { Claim, Ports } from './ports.ts';
import type { Invocation, TickContext } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';
import { runEnd } from './write-deadline.ts';

/**
 * Runs one iteration of a service on account of a tick and tells what became of it.
 * @throws ServiceHaltedError once, when a scheduled tick halted the service; its state is written then
 * @throws LeaseLostError when another run took over before this one could write its outcome
 * @throws UnreadableStateError, or the store's own error, when the state can't be read or written
 */
export async function runTick(service: Service, tick: Tick, invocation: Invocation, given: Ports): Promise<TickEvent> {
  const { policy, schedule } = service;
  const ports = { ...given, log: safeLog(given.log) };
  const startedAt = ports.clock.now();
  const run: TickContext = {
    service,
    tick,
    invocation,
    ports,
    startedAt,
    rules: { policy, schedule, build: invocation.build },
  };
  const opened = await openTick(run);
  if ('skipped' in opened) return notifyTick(run, opened.skipped);
  const reason = opened.crashes === 0 ? undefined : blockedBy(run, opened.ledger.state);
  return reason === undefined ? iterate(run, opened) : skipForBooking(run, opened, reason);
}

async function skipForBooking(run: TickContext, opened: Opened, reason: SkipReason): Promise<TickEvent> {
  const { claim, crashes } = opened;
  // A service that an operator resumes meanwhile is no longer blocked: then the tick is left to whoever delivers it again.
  const closed = (ledger: Ledger) =>
    blockedBy(run, ledger.state) === undefined ? ledger : { ...ledger, state: decided(run, ledger.state) };
  const concluded = await conclude(run, {
    claim,
    ledger: closed(opened.ledger),
    outcome: 'skipped',
    replay: async (fresh) => closed((await book(run, opened, fresh)).ledger),
  });
  const tickEvent = tickEventOf(run, {
    disposition: 'skipped',
    reason,
    crashesBooked: crashes,
    fence: claim.fence,
    ...told(concluded),
  });
  await notifyTick(run, tickEvent);
  throwIfHalted(run, tickEvent);
  return tickEvent;
}

async function iterate(run: TickContext, opened: Opened): Promise<TickEvent> {
  const { service, tick, invocation, ports } = run;
  const workload = await runWorkload(service, {
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    signalAt: Math.min(ports.clock.now() + service.maxDuration, runEnd(run) - service.reserve),
    stop: invocation.stop,
    fence: opened.claim.fence,
    scheduledFor: tick.kind === 'scheduled' ? tick.scheduledFor : undefined,
    cursor: opened.ledger.state.cursor,
    prepared: invocation.prepared,
    runScope: ports.runScope,
  });
  try {
    return await close(run, opened, workload);
  } catch (error) {
    // The process may end below before anybody else can tell.
    if (workload.abandoned) ports.log.error('the run could not be concluded', { error });
    throw error;
  } finally {
    if (workload.abandoned) ports.recycle();
  }
}

async function close(run: TickContext, opened: Opened, workload: WorkloadRun): Promise<TickEvent> {
  const { claim, bypassed, crashes } = opened;
  const { outcome } = workload;
  const enterOwn = (ledger: Ledger) =>
    outcome === undefined ? Promise.resolve(ledger) : enterRun(run, ledger, { workload, outcome, claim });
  const ledger = await enterOwn(opened.ledger);
  const concluded =
    outcome === undefined && crashes === 0
      ? await giveBack(run, claim, ledger)
      : await conclude(run, {
          claim: workload.abandoned ? { ...claim, keepsLease: true } : claim,
          ledger,
          outcome: outcome?.kind ?? 'stopped',
          replay: async (fresh) => enterOwn((await book(run, opened, fresh)).ledger),
        });
  const tickEvent = tickEventOf(run, {
    disposition: 'ran',
    crashesBooked: crashes,
    fence: claim.fence,
    bypassed,
    workload,
    ...told(concluded),
  });
  await notifyTick(run, tickEvent);
  throwIfHalted(run, tickEvent, workload.error);
  return tickEvent;
}

function told({ state, report, verdict }: Ledger) {
  return { state, report, ...(verdict === undefined ? {} : { verdict }) };
}

interface OwnRun {
  readonly workload: WorkloadRun;
  readonly outcome: Outcome;
  readonly claim: Claim;
}

async function enterRun(run: TickContext, ledger: Ledger, { workload, outcome, claim }: OwnRun): Promise<Ledger> {
  const { tick, rules } = run;
  const { startedAt, endedAt, durationMs, cursor } = workload;
  const manual = tick.kind === 'manual';
  const entered = await enter(bookOf(run), ledger, {
    outcome,
    fence: claim.fence,
    at: manual ? startedAt : tick.scheduledFor,
    due: manual ? latestDue(rules.schedule, startedAt, ledger.state.lastTick) : tick.scheduledFor,
    endedAt,
    durationMs,
    manual,
  });
  return { ...entered, state: { ...decided(run, entered.state), ...(cursor === undefined ? {} : { cursor }) } };
}

/** The tick is decided: neither it nor an older one will run again. A run by hand decides no tick. */
function decided({ tick }: TickContext, state: ServiceState): ServiceState {
  return tick.kind === 'manual' ? state : { ...state, lastTick: tick.scheduledFor };
}

function throwIfHalted({ service, tick }: TickContext, tickEvent: TickEvent, error?: unknown): void {
  if (tick.kind === 'manual' || tickEvent.verdict !== 'halted') return;
  throw haltedError(service.name, tickEvent.state.halt?.cause ?? 'unknown', error);
}
