/**
 * The end of a tick in the store: run records are written, then the state by one conditional write. If an operator
 * resumed the service meanwhile, the same ended runs are applied to the state after the resume.
 */
import {
  type AppliedRuns,
  applyRuns,
  countedDue,
  type EndedRun,
  type OutcomeKind,
  type ServiceState,
} from '../rules/index.ts';
import { printReport, type WorkloadRun } from '../run/index.ts';
import { LeaseLostError } from '../service/index.ts';
import type { Leased } from './acquire.ts';
import { blockedBy } from './crashed-runs.ts';
import type { Claim } from './ports.ts';
import { putRecords, rememberedFailures } from './run-records.ts';
import type { TickContext } from './tick-context.ts';
import { releaseLease, retryUntilEnd } from './write-deadline.ts';

export type Committed = Pick<AppliedRuns, 'state' | 'report'> & Partial<Pick<AppliedRuns, 'verdict'>>;

/**
 * Commits the crashed runs that this tick counts, and then the run of this tick. A run that yielded has no outcome, so
 * its tick may run again. Then only the crashed runs and the cursor are committed; if there are no crashed runs and the
 * cursor was not moved, the lease is released and no state is written.
 * @throws LeaseLostError if another run took over the lease; the error of the store if the store can't be reached
 * before the time for this run is over
 */
export async function commitRun(
  context: TickContext,
  { claim, state }: Leased,
  crashed: readonly EndedRun[],
  run: WorkloadRun,
): Promise<Committed> {
  const { service, tick } = context;
  const { outcome, startedAt, endedAt, durationMs, cursor } = run;
  const held = run.abandoned ? { ...claim, keepsLease: true as const } : claim;
  if (outcome === undefined) {
    if (crashed.length > 0 || cursor !== state.cursor) {
      return commitEnded(context, { claim: held, state, runs: crashed, ending: 'yielded', cursor });
    }
    await releaseLease(context, claim);
    return { state: { ...state, countedUpTo: claim.fence }, report: [] };
  }
  const due =
    tick.kind === 'manual'
      ? { manual: true, at: startedAt, due: countedDue(service.schedule, startedAt, state.lastTick) }
      : { manual: false, at: tick.scheduledFor, due: tick.scheduledFor, decides: tick.scheduledFor };
  const own = { outcome, fence: claim.fence, endedAt, durationMs, ...due, ...(cursor === undefined ? {} : { cursor }) };
  return commitEnded(context, { claim: held, state, runs: [...crashed, own], ending: outcome.kind });
}

/**
 * Commits the crashed runs of a tick that is skipped because these runs halted the service or made it back off.
 * @throws LeaseLostError if another run took over the lease; the error of the store if the store can't be reached
 * before the time for this tick is over
 */
export function commitCrashes(
  context: TickContext,
  { claim, state }: Leased,
  crashed: readonly EndedRun[],
): Promise<Committed> {
  return commitEnded(context, { claim, state, runs: crashed, ending: 'skipped' });
}

interface Commitment {
  readonly claim: Claim;
  readonly state: ServiceState;
  readonly runs: readonly EndedRun[];
  /** How the tick ended, for the message of a LeaseLostError. */
  readonly ending: OutcomeKind | 'skipped' | 'yielded';
  /** The cursor after a run that yielded. The cursor of a run with an outcome is part of its ended run. */
  readonly cursor?: string | undefined;
}

/**
 * How often a commit is tried, at most. A try fails if an operator has resumed the service since the state was read.
 */
const MOST_RESUMES = 5;

/**
 * Applies the ended runs to the state and writes it. If an operator resumed the service meanwhile, does both again with
 * the state after the resume. If the commit fails, the report of the runs is printed all the same.
 */
async function commitEnded(context: TickContext, commitment: Commitment): Promise<Committed> {
  const { service, ports } = context;
  let report: readonly string[] = [];
  try {
    let { claim, state } = commitment;
    for (let attempt = 0; attempt < MOST_RESUMES; attempt++) {
      const applied = await applyWithMemory(context, state, commitment.runs);
      const { verdict } = applied;
      report = applied.report;
      if (applied.records.length > 0) await putRecords(context, applied.records);
      const { ending, cursor } = commitment;
      const moved = cursor === undefined ? applied.state : { ...applied.state, cursor };
      const next = ending === 'skipped' ? skippedState(context, moved) : moved;
      const asked = [claim, next] as const;
      const answer = await retryUntilEnd(context, (signal) => ports.store.commit(...asked, signal));
      if (answer.written) {
        return { state: { ...next, countedUpTo: claim.fence }, report, ...(verdict === undefined ? {} : { verdict }) };
      }
      if (answer.reason === 'fence') return endOvertaken(commitment);
      const { lease: _lease, ...current } = answer.state;
      claim = answer.claim;
      state = current;
    }
    await releaseLease(context, claim);
    throw leaseLost(commitment, `met a resume at each of ${MOST_RESUMES} tries`);
  } catch (error) {
    printReport(service, report, ports);
    throw error;
  }
}

/**
 * The end of a run that another run has overtaken. Without ended runs there is nothing to record: the run yielded, and
 * like a release, its commit does nothing if the lease is gone.
 */
function endOvertaken(commitment: Commitment): Committed {
  if (commitment.runs.length === 0) return { state: commitment.state, report: [] };
  throw leaseLost(commitment, 'outlived its lease', ', the run that took over counted it as crashed');
}

function leaseLost({ claim, ending }: Commitment, cause: string, consequence = ''): LeaseLostError {
  return new LeaseLostError(claim.service, claim.fence, `${cause}; its end (${ending}) is not recorded${consequence}`);
}

/**
 * The state after a tick that is skipped because of crashed runs. The tick counts as decided, unless an operator's
 * resume has ended the halt or the backoff meanwhile. Then the tick may run when it is delivered again.
 */
function skippedState(context: TickContext, state: ServiceState): ServiceState {
  const { tick } = context;
  const decides = tick.kind === 'scheduled' && blockedBy(context, state) !== undefined;
  return decides ? { ...state, lastTick: tick.scheduledFor } : state;
}

/**
 * Applies ended runs to the state. If the runs make a trip, the failures of earlier runs are read from the run records,
 * since the report of the trip shows them.
 */
async function applyWithMemory(
  context: TickContext,
  state: ServiceState,
  runs: readonly EndedRun[],
): Promise<AppliedRuns> {
  const applied = applyRuns(context.rules, state, runs);
  if (!applied.tripped || context.service.policy.memory === 0) return applied;
  return applyRuns(context.rules, state, runs, await rememberedFailures(context, state));
}
