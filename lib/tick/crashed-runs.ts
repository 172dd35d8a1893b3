/**
 * Crash booking. Every commit writes `done`, the fence of its run; an acquire raises the fence. So fence - done, as the item
 * was, counts the runs that started and never wrote their end: their process died. The next run books them, each as a
 * `crashed` outcome, before its own workload; they are written with whatever this tick commits. If this run dies as well,
 * nothing was written and the next one counts them all again.
 */

import { type Book, enter, HISTORY_SIZE, type Ledger, latestDue, note, type ServiceState } from '../rules/index.ts';
import { RunCrashedError } from '../service/index.ts';
import { summarizeError } from '../text/index.ts';
import { toIso } from '../time/index.ts';
import type { Claim, CrashEvent } from './ports.ts';

/** What booking needs besides the ledger. */
export interface Booking {
  readonly claim: Claim;
  /** The state as it was before this run's lease: it holds the dead run's lease. */
  readonly asItWas: ServiceState;
  readonly now: number;
}

/** The ledger with every run that died entered, and their stories. Those behind the one that halts the service are only written down. */
export async function applyCrashes(
  book: Book,
  opened: Ledger,
  booking: Booking,
): Promise<{ ledger: Ledger; tickEvents: CrashEvent[] }> {
  const tickEvents: CrashEvent[] = [];
  const fences = fencesOfTheDead(book, booking);
  if (fences.length === 0) return { ledger: opened, tickEvents };
  const due = latestDue(book.rules.schedule, booking.now, booking.asItWas.lastTick);
  let ledger = opened;
  for (const fence of fences) {
    const run = crashedRun(booking, fence, due);
    ledger = ledger.verdict === 'halted' ? note(book, ledger, run) : await enter(book, ledger, run);
    const halted = ledger.verdict === 'halted';
    tickEvents.push({ service: book.service, fence, bookedAt: booking.now, streak: ledger.state.streak, halted });
  }
  return { ledger, tickEvents };
}

/** More of them than the record, the memory and the ring hold would change nothing but the work to book them. */
function fencesOfTheDead({ rules }: Book, { claim, asItWas }: Booking): number[] {
  const { consecutive, backoff, memory } = rules.policy;
  const enough = Math.min(1_000, Math.max(HISTORY_SIZE, memory, consecutive * Math.min(backoff, 100)));
  const newest = claim.fence - 1;
  const count = Math.min(newest - asItWas.done, enough);
  return Array.from({ length: Math.max(0, count) }, (_, index) => newest - count + 1 + index);
}

/** @param due the due time of a run of which none is known */
function crashedRun({ claim, asItWas, now }: Booking, fence: number, due: number) {
  // Behind a lost response the state is our own after-image, and the lease in it is ours.
  const lease = asItWas.lease?.owner === claim.owner ? undefined : asItWas.lease;
  const tick = fence === claim.fence - 1 ? lease?.tick : undefined;
  const what = tick === undefined ? `run ${fence}` : `run ${fence} for ${toIso(tick)}`;
  const error = new RunCrashedError(`${what} started and never ended; its process died`);
  // The stack would tell where it was booked, not where it died.
  error.stack = '';
  return {
    outcome: { kind: 'crashed' as const, failure: summarizeError(error, now) },
    fence,
    at: now,
    due: tick ?? due,
    endedAt: now,
    durationMs: 0,
    manual: false,
  };
}
