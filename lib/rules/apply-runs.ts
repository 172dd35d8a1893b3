/** The ledger of one invocation: the runs it enters into the state, in order, and everything that must be written with them. */

import type { Log, StateStore } from '../tick/index.ts';
import { applyRun, type EndedRun, type Rules } from './apply-run.ts';
import type { ErrorSummary } from './outcome.ts';
import { appendRun } from './run-history.ts';
import type { RunRecord } from './run-record.ts';
import { type ServiceState, toLoopState } from './service-state.ts';
import { propagates, type Verdict, wouldTrip } from './step.ts';

/** Whose ledger it is, and where the failures of earlier invocations are written down. */
export interface Book {
  readonly service: string;
  readonly rules: Rules;
  /** Reads them, as the store does, while there is time. */
  readonly failedRuns: (range: Parameters<StateStore['failedRuns']>[1]) => ReturnType<StateStore['failedRuns']>;
  readonly log: Log;
}

/** What has been entered so far. */
export interface Ledger {
  readonly state: ServiceState;
  /** Failures entered here; those of earlier invocations are read when a trip needs them. */
  readonly failures: readonly ErrorSummary[];
  /** Whether a trip made here has cleared what was remembered before. */
  readonly cleared: boolean;
  /** Runs to write down before the state is committed. */
  readonly records: readonly RunRecord[];
  readonly report: readonly string[];
  /** The verdict on the last run entered. */
  readonly verdict?: Verdict;
}

/** A ledger with nothing entered. */
export function openLedger(state: ServiceState): Ledger {
  return { state, failures: [], cleared: false, records: [], report: [] };
}

/** Enters one ended run. */
export async function enter(book: Book, ledger: Ledger, run: EndedRun): Promise<Ledger> {
  const failures = await rememberedFailures(book, ledger, run);
  const settled = applyRun(book.rules, ledger.state, failures, run);
  const record = recordOf(book, run, settled.verdict);
  const cleared = settled.verdict === 'backing-off';
  return {
    state: settled.state,
    failures: cleared ? [] : settled.failures,
    cleared: ledger.cleared || cleared,
    records: record === undefined ? ledger.records : [...ledger.records, record],
    report: [...ledger.report, ...settled.report],
    verdict: settled.verdict,
  };
}

/** Writes down a run that comes too late to be stepped: the service was halted before. It counts in the history and the streak alone. */
export function note(book: Book, ledger: Ledger, run: EndedRun): Ledger {
  const { state } = ledger;
  const { outcome, at, durationMs, manual } = run;
  const record = recordOf(book, run, undefined);
  return {
    ...ledger,
    state: {
      ...state,
      streak: state.streak + 1,
      runs: appendRun(state.runs, { outcome: outcome.kind, at, durationMs, manual }),
    },
    records: record === undefined ? ledger.records : [...ledger.records, record],
  };
}

/** Only a trip tells what was remembered, so only a trip reads it. A report cut short is better than an outcome lost. */
async function rememberedFailures(book: Book, ledger: Ledger, run: EndedRun): Promise<readonly ErrorSummary[]> {
  const { policy } = book.rules;
  if (ledger.cleared || policy.memory === 0) return ledger.failures;
  if (!wouldTrip(policy, toLoopState(policy, ledger.state), run.outcome)) return ledger.failures;
  try {
    const range = { after: ledger.state.failuresSince, limit: policy.memory };
    const earlier = (await book.failedRuns(range)).filter((record) => isRemembered(book, ledger, record));
    return [...earlier.toReversed().flatMap((record) => record.failure ?? []), ...ledger.failures];
  } catch (error) {
    book.log.warn(`${book.service}: earlier failures can't be read; the report tells only this invocation's`, {
      error,
    });
    return ledger.failures;
  }
}

/** Memos of runs that were never committed are left out: those runs are booked as crashed. So are fatal ones that halted. */
function isRemembered({ rules }: Book, { state }: Ledger, record: RunRecord): boolean {
  const { failure, outcome, fence } = record;
  return failure !== undefined && fence <= state.done && !propagates(rules.policy, { kind: outcome, failure });
}

/** A run is written down if it failed, was made by hand or crashed; the ring tells the rest. */
function recordOf({ service, rules }: Book, run: EndedRun, verdict: Verdict | undefined): RunRecord | undefined {
  if (run.outcome.kind === 'succeeded' && !run.manual) return undefined;
  return {
    service,
    fence: run.fence,
    at: run.at,
    manual: run.manual,
    outcome: run.outcome.kind,
    startedAt: run.endedAt - run.durationMs,
    durationMs: run.durationMs,
    build: rules.build,
    ...(verdict === undefined ? {} : { verdict }),
    ...(run.outcome.kind === 'succeeded' ? {} : { failure: run.outcome.failure }),
  };
}
