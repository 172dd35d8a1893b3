/**
 * The end of a tick in the store: run records first, then the one fenced write that commits the state. Where an
 * operator resumed the service meanwhile, the same ended runs are applied to the state that stands there now.
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
import type { Admitted } from './acquire.ts';
import { blockedBy } from './crashed-runs.ts';
import type { Claim } from './ports.ts';
import { putRecords, rememberedFailures } from './run-records.ts';
import type { TickContext } from './tick-context.ts';
import { release, retryUntilEnd } from './write-deadline.ts';

/** The part of a commit that the tick's event shows. */
export type Committed = Pick<AppliedRuns, 'state' | 'report'> & Partial<Pick<AppliedRuns, 'verdict'>>;

/**
 * Commits a run that has ended, behind the runs that crashed before it. A run that gave way to a stop has no outcome:
 * its tick may run again, and without crashed runs nothing is committed.
 * @throws LeaseLostError when another run took over; the store's own error when it could not be reached until the run's
 * end
 */
export async function commitRun(
  context: TickContext,
  { claim, state }: Admitted,
  crashed: readonly EndedRun[],
  run: WorkloadRun,
): Promise<Committed> {
  const { tick, rules } = context;
  const { outcome, startedAt, endedAt, durationMs, cursor } = run;
  const held = run.abandoned ? { ...claim, keepsLease: true as const } : claim;
  if (outcome === undefined) {
    if (crashed.length > 0) return commit(context, { claim: held, state, runs: crashed, ending: 'stopped' });
    await release(context, claim);
    return { state: { ...state, done: claim.fence }, report: [] };
  }
  const due =
    tick.kind === 'manual'
      ? { manual: true, at: startedAt, due: countedDue(rules.schedule, startedAt, state.lastTick) }
      : { manual: false, at: tick.scheduledFor, due: tick.scheduledFor, decides: tick.scheduledFor };
  const own = { outcome, fence: claim.fence, endedAt, durationMs, ...due, ...(cursor === undefined ? {} : { cursor }) };
  return commit(context, { claim: held, state, runs: [...crashed, own], ending: outcome.kind });
}

/**
 * Commits crashed runs that stop the tick.
 * @throws LeaseLostError when another run took over; the store's own error when it could not be reached until the run's
 * end
 */
export function commitCrashes(
  context: TickContext,
  { claim, state }: Admitted,
  crashed: readonly EndedRun[],
): Promise<Committed> {
  return commit(context, { claim, state, runs: crashed, ending: 'skipped' });
}

/** The ended runs, and the lease and state that they are applied to. */
interface Commitment {
  readonly claim: Claim;
  /** Without a lease. */
  readonly state: ServiceState;
  /** In the order in which they are applied. */
  readonly runs: readonly EndedRun[];
  /** How the tick ended, for the error that says that its end is lost. */
  readonly ending: OutcomeKind | 'skipped' | 'stopped';
}

/**
 * How often an operator may resume the service between reading its state and writing it, before that counts as a fault.
 */
const MOST_RESUMES = 5;

/** A report that can't be committed is printed all the same. */
async function commit(context: TickContext, commitment: Commitment): Promise<Committed> {
  const { service, ports } = context;
  let report: readonly string[] = [];
  try {
    let { claim, state } = commitment;
    for (let attempt = 0; attempt < MOST_RESUMES; attempt++) {
      const applied = await applyWithMemory(context, state, commitment.runs);
      const { verdict } = applied;
      report = applied.report;
      if (applied.records.length > 0) await putRecords(context, applied.records);
      const next = commitment.ending === 'skipped' ? skippedState(context, applied.state) : applied.state;
      const asked = [claim, next] as const;
      const answer = await retryUntilEnd(context, (signal) => ports.store.commit(...asked, signal));
      if (answer.written) {
        return { state: { ...next, done: claim.fence }, report, ...(verdict === undefined ? {} : { verdict }) };
      }
      if (answer.reason === 'fence')
        throw leaseLost(commitment, OUTLIVED, ', the run that took over counted it as crashed');
      const { lease: _lease, ...current } = answer.state;
      claim = answer.claim;
      state = current;
    }
    await release(context, claim);
    throw leaseLost(commitment, `met a resume at each of ${MOST_RESUMES} tries`);
  } catch (error) {
    printReport(service, report, ports.log);
    throw error;
  }
}

const OUTLIVED = 'outlived its lease';

function leaseLost({ claim, ending }: Commitment, cause: string, consequence = ''): LeaseLostError {
  return new LeaseLostError(claim.service, claim.fence, `${cause}; its end (${ending}) is not recorded${consequence}`);
}

/**
 * A tick that crashed runs block is decided by its commit, so that it never runs. Where an operator's resume lifted the
 * block meanwhile, the tick stays undecided and may be delivered again.
 */
function skippedState(context: TickContext, state: ServiceState): ServiceState {
  const { tick } = context;
  const decides = tick.kind === 'scheduled' && blockedBy(context, state) !== undefined;
  return decides ? { ...state, lastTick: tick.scheduledFor } : state;
}

/** Applies the runs; where a trip reports them, with the failures of earlier invocations. */
async function applyWithMemory(
  context: TickContext,
  state: ServiceState,
  runs: readonly EndedRun[],
): Promise<AppliedRuns> {
  const applied = applyRuns(context.rules, state, runs);
  if (!applied.tripped || context.rules.policy.memory === 0) return applied;
  return applyRuns(context.rules, state, runs, await rememberedFailures(context, state));
}
