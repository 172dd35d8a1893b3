/**
 * The opening of a tick, before its workload may run: the lease is taken, and runs that died are entered. What it takes to enter them
 * again, on a state that an operator has changed meanwhile, is here too.
 */
import {
  type Book,
  haltHolds,
  haltIsOutdated,
  isBackingOff,
  type Ledger,
  openLedger,
  pauseHolds,
  type ServiceState,
  type SkipReason,
  startedAfresh,
} from '../rules/index.ts';
import { bookCrashes } from './crashed-runs.ts';
import { announceCrashes, storyOf } from './notify.ts';
import type { Claim } from './ports.ts';
import type { TickRun } from './tick-context.ts';
import type { Bypassed, TickStory } from './tick-event.ts';
import { inTime } from './write-deadline.ts';

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
export async function openTick(run: TickRun): Promise<Opened | { readonly skipped: TickStory }> {
  const acquired = await acquire(run);
  if ('skipped' in acquired) return acquired;
  const { ledger, stories } = await book(run, acquired, acquired.ledger);
  if (stories.length > 0) await announceCrashes(run, stories);
  return { ...acquired, ledger, crashes: stories.length, bypassed: bypassedBy(run, ledger.state) };
}

async function acquire(run: TickRun): Promise<Admitted | { readonly skipped: TickStory }> {
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
      skipped: storyOf(run, { disposition: 'skipped', reason: answer.reason, state: answer.state, crashesBooked: 0 }),
    };
  }
  const { claim, state } = answer;
  const { lease: _lease, ...unleased } = state;
  const known: ServiceState = { ...unleased, fence: claim.fence };
  const opened = haltIsOutdated(state.halt, invocation.build) ? startedAfresh(known) : known;
  return { claim, asItWas: state, ledger: openLedger(opened) };
}

function bypassedBy({ tick, startedAt, invocation }: TickRun, state: ServiceState): Bypassed[] {
  if (tick.kind === 'scheduled') return [];
  const bypassed: Bypassed[] = [];
  if (isBackingOff(state, startedAt)) bypassed.push('backoff');
  if (pauseHolds(state.pause, startedAt)) bypassed.push('pause');
  if (haltHolds(state.halt, startedAt, invocation.build)) bypassed.push('halt');
  return bypassed;
}

/** The ledger with the runs that died before this one entered. */
export function book(run: TickRun, { claim, asItWas }: Admitted, ledger: Ledger) {
  return bookCrashes(bookOf(run), ledger, { claim, asItWas, now: run.startedAt });
}

/** The book of the tick's service. */
export function bookOf(run: TickRun): Book {
  const { service, rules, ports } = run;
  const failedRuns: Book['failedRuns'] = (range) => inTime(run, () => ports.store.failedRuns(service.name, range));
  return { service: service.name, rules, failedRuns, log: ports.log };
}

/** What the booked crashes have brought about that stops this tick. A run by hand bypasses backing off, and with force the halt. */
export function blockedBy({ tick, startedAt, invocation }: TickRun, state: ServiceState): SkipReason | undefined {
  const forced = tick.kind === 'manual' && tick.force;
  if (!forced && haltHolds(state.halt, startedAt, invocation.build)) return 'halted';
  return tick.kind === 'scheduled' && isBackingOff(state, tick.scheduledFor) ? 'backoff' : undefined;
}
