/** The end of a run as the store sees it: records first, then the one fenced write that commits the state. */
import { type Ledger, type OutcomeKind, openLedger, type RunRecord, type ServiceState } from '../rules/index.ts';
import { printReport } from '../run/index.ts';
import { LeaseLostError } from '../service/index.ts';
import type { Claim } from './ports.ts';
import type { TickContext } from './tick-context.ts';
import { beforeWriteDeadline, retryUntilEnd } from './write-deadline.ts';

/** What is to be committed, and how to enter it again on a state that an operator has changed meanwhile. */
export interface Closing {
  readonly claim: Claim;
  readonly ledger: Ledger;
  /** How the run ended, for whoever can't be told by the state. */
  readonly outcome: OutcomeKind | 'skipped' | 'stopped';
  readonly replay: (fresh: Ledger) => Promise<Ledger>;
}

/** How often an operator may resume the service between reading its state and writing it, before that counts as a fault. */
const MOST_RESUMES = 5;

/**
 * Commits the ledger's state. Where an operator resumed the service during the run, the run is entered again into the state
 * that stands there now. A report that can't be committed is printed all the same.
 * @throws LeaseLostError when another run took over; the store's own error when it could not be reached until the run's end
 */
export async function conclude(run: TickContext, closing: Closing): Promise<Ledger> {
  try {
    return await commit(run, closing);
  } catch (error) {
    printReport(run.service, closing.ledger.report, run.ports.log);
    throw error;
  }
}

async function commit(run: TickContext, { claim: first, ledger: entered, outcome, replay }: Closing): Promise<Ledger> {
  const { store } = run.ports;
  let [claim, ledger] = [first, entered];
  for (let attempt = 0; attempt < MOST_RESUMES; attempt++) {
    await writeRecords(run, ledger.records);
    const asked = [claim, ledger.state] as const;
    const committed = await retryUntilEnd(run, (signal) => store.commit(...asked, signal));
    if (committed.written) return { ...ledger, state: { ...ledger.state, done: claim.fence } };
    if (committed.reason === 'fence') {
      const consequence = `its end (${outcome}) is not recorded, the run that took over booked it as crashed`;
      throw new LeaseLostError(claim.service, claim.fence, `outlived its lease; ${consequence}`);
    }
    claim = committed.claim;
    ledger = await replay(openLedger(unleased(committed.state)));
  }
  await store.release(claim);
  const consequence = `its end (${outcome}) is not recorded`;
  throw new LeaseLostError(claim.service, claim.fence, `met a resume at each of ${MOST_RESUMES} tries; ${consequence}`);
}

/** Gives the lease back with nothing to commit: the run was stopped, the tick may run again. */
export async function giveBack(run: TickContext, claim: Claim, ledger: Ledger): Promise<Ledger> {
  await run.ports.store.release(claim);
  return { ...ledger, state: { ...ledger.state, done: claim.fence } };
}

/** An outcome counts more than its memo: if a record can't be written, the state still is. */
async function writeRecords(run: TickContext, records: readonly RunRecord[]): Promise<void> {
  const { ports, service } = run;
  for (const record of records.slice(-Math.max(1, service.policy.memory))) {
    try {
      await beforeWriteDeadline(run, () => ports.store.putRun(record));
    } catch (error) {
      ports.log.warn(
        `${service.name}: the record of run ${record.fence} can't be written; later reports will miss it`,
        { error },
      );
    }
  }
}

function unleased(state: ServiceState): ServiceState {
  const { lease: _lease, ...rest } = state;
  return rest;
}
