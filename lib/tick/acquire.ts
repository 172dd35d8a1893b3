/**
 * The opening of a tick, before its workload may run: the lease is taken, and runs that died are entered. What it takes to enter them
 * again, on a state that an operator has changed meanwhile, is here too.
 */
import {
  type Book,
  freshStart,
  haltHolds,
  haltIsOutdated,
  isBackingOff,
  type Ledger,
  openLedger,
  pauseHolds,
  type ServiceState,
  type SkipReason,
} from '../rules/index.ts';
import { applyCrashes } from './crashed-runs.ts';
import { notifyCrashes, tickEventOf } from './notify.ts';
import type { Claim } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import type { Bypassed, TickEvent } from './tick-event.ts';
import { beforeWriteDeadline } from './write-deadline.ts';

/** A tick that was let through. */
interface Admitted {
  readonly claim: Claim;
  /** As it was before the lease was taken. */
  readonly asItWas: ServiceState;
  readonly ledger: Ledger;
}

/** One whose dead predecessors are entered. */
export interface Opened extends Admitted {
  readonly crashes: number;
  readonly bypassed: readonly Bypassed[];
}

/**
 * Takes the lease and enters the runs that died, which is announced at once; or tells that the tick is skipped.
 * @throws UnreadableStateError, or the store's own error, when the lease can't be had
 */
export async function openTick(run: TickContext): Promise<Opened | { readonly skipped: TickEvent }> {
  const acquired = await acquire(run);
  if ('skipped' in acquired) return acquired;
  const { ledger, tickEvents } = await book(run, acquired, acquired.ledger);
  if (tickEvents.length > 0) await notifyCrashes(run, tickEvents);
  return { ...acquired, ledger, crashes: tickEvents.length, bypassed: bypassedBy(run, ledger.state) };
}

async function acquire(run: TickContext): Promise<Admitted | { readonly skipped: TickEvent }> {
  const { service, tick, invocation, ports, startedAt } = run;
  const answer = await ports.store.acquire({
    service: service.name,
    tick,
    now: startedAt,
    build: invocation.build,
    owner: ports.random.id().slice(-12),
    // The process may live as long as its invocation, whatever becomes of this run.
    leaseUntil: Math.ceil(invocation.deadline + service.leaseMargin),
  });
  if (!answer.granted) {
    return {
      skipped: tickEventOf(run, {
        disposition: 'skipped',
        reason: answer.reason,
        state: answer.state,
        crashesBooked: 0,
      }),
    };
  }
  const { claim, state } = answer;
  const { lease: _lease, ...unleased } = state;
  const known: ServiceState = { ...unleased, fence: claim.fence };
  const opened = haltIsOutdated(state.halt, invocation.build) ? freshStart(known) : known;
  return { claim, asItWas: state, ledger: openLedger(opened) };
}

function bypassedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): Bypassed[] {
  if (tick.kind === 'scheduled') return [];
  const bypassed: Bypassed[] = [];
  if (isBackingOff(state, startedAt)) bypassed.push('backoff');
  if (pauseHolds(state.pause, startedAt)) bypassed.push('pause');
  if (haltHolds(state.halt, startedAt, invocation.build)) bypassed.push('halt');
  return bypassed;
}

/** The ledger with the runs that died before this one entered. */
export function book(run: TickContext, { claim, asItWas }: Admitted, ledger: Ledger) {
  return applyCrashes(bookOf(run), ledger, { claim, asItWas, now: run.startedAt });
}

/** The book of the tick's service. */
export function bookOf(run: TickContext): Book {
  const { service, rules, ports } = run;
  const failedRuns: Book['failedRuns'] = (range) =>
    beforeWriteDeadline(run, () => ports.store.failedRuns(service.name, range));
  return { service: service.name, rules, failedRuns, log: ports.log };
}

/** What the booked crashes have brought about that stops this tick. A run by hand bypasses backing off, and with force the halt. */
export function blockedBy({ tick, startedAt, invocation }: TickContext, state: ServiceState): SkipReason | undefined {
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';
  return tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor) ? 'backoff' : undefined;
}
