/**
 * The workload of the service `mark-late-runs`: reads the flow runs that should have started, the earliest first, and
 * gives each the state `Late` unless its state has changed meanwhile.
 */
import { setMaxListeners } from 'node:events';
import { type RunContext, refuseOptions, type Shape } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { SECOND, toIso } from '../time/index.ts';
import type { FlowRun, FlowRunState } from './flow-run.ts';
import { type MarkResult, proposeLate, RESULT_OF, whyLeftAlone } from './late.ts';
import type { DuePage, FlowRunStore, Place } from './ports.ts';

export type MarkLateContext = Pick<RunContext, 'signal' | 'deadline' | 'clock' | 'random' | 'log'>;

/** The options of `markLate`. */
export interface MarkLateOptions {
  /** How many seconds after its start time a flow run counts as late. */
  readonly lateAfterSeconds: number;
  /** The most flow runs that are read from the store at once. */
  readonly pageSize: number;
  /**
   * Called for each late flow run instead of the usual marking, which it can call as `asUsual`. Up to 10 calls go on at
   * once. If it throws, the flow run counts as failed.
   * @default stores the state `Late` and logs the change
   */
  readonly mark?: (run: FlowRun, asUsual: (run: FlowRun) => Promise<MarkResult>) => Promise<MarkResult>;
}

/** The names and types of the options of `markLate`, for checking them. */
export const MARK_LATE_SHAPES = {
  ...{ lateAfterSeconds: 'any', pageSize: 'any', mark: 'function' },
} as const satisfies Readonly<Record<keyof MarkLateOptions, Shape>>;

/** How many flow runs one run of `mark-late-runs` has marked late, and how many it has not marked, by reason. */
export interface LateCounts {
  readonly marked: number;
  readonly alreadyLate: number;
  readonly movedOn: number;
  readonly deleted: number;
  readonly failed: number;
  /**
   * How many flow runs are left for the next run of `mark-late-runs`, since the time was up. Some of them may have been
   * marked.
   */
  readonly unfinished: number;
  /** Set if there are more late flow runs than `unfinished` counts, since there was no time to count them. */
  readonly more?: true;
  /** How many pages of flow runs were read from the store for marking. */
  readonly pages: number;
}

/** How long before its deadline a run of `mark-late-runs` stops marking flow runs, in milliseconds. */
const TIME_FOR_A_PAGE = 2 * SECOND;
/**
 * How long before its deadline a run of `mark-late-runs` stops counting the flow runs that are left, in milliseconds.
 */
const TIME_FOR_THE_END = 0.5 * SECOND;
const COUNTED_PAGE = 1_000;
/**
 * How long writes may still go on after the `signal` of the workload is aborted, in milliseconds. Otherwise a flow run
 * could be marked without a log line.
 */
const TIME_FOR_WRITES = 0.5 * SECOND;
const AT_ONCE = 10;
const MOST_ERRORS = 20;
const OUT_OF_TIME =
  'mark-late-runs: its time is up before all late flow runs are marked; the next run of the service goes on';

const COUNTED: Readonly<Record<MarkResult, Exclude<keyof LateCounts, 'unfinished' | 'more' | 'pages'>>> = {
  marked: 'marked',
  'already-late': 'alreadyLate',
  'moved-on': 'movedOn',
  deleted: 'deleted',
};

interface Batch {
  readonly context: MarkLateContext;
  readonly store: FlowRunStore;
  readonly options: MarkLateOptions;
  readonly counts: { -readonly [Count in keyof LateCounts]: LateCounts[Count] };
  readonly seen: Set<string>;
  readonly errors: unknown[];
  /** The signal for writes, aborted `TIME_FOR_WRITES` after the `signal` of the workload. */
  readonly writing: AbortSignal;
}

/**
 * Checks the options and marks the flow runs that are late now; see {@link markLateRunsWith}.
 * @throws InvalidOptionsError which names every option that is unknown or has the wrong type
 */
export async function markLate(
  context: MarkLateContext,
  store: FlowRunStore,
  options: MarkLateOptions,
): Promise<LateCounts> {
  refuseOptions('markLate', options, MARK_LATE_SHAPES);
  return markLateRunsWith(context, store, options);
}

/**
 * Marks the flow runs that are late now, until none is left or 2 s before the deadline. The options must be valid. A
 * warning is logged if late flow runs are left.
 * @throws AggregateError if a flow run failed, after all others were tried; the error of the store if it can't be
 * reached
 */
export async function markLateRunsWith(
  context: MarkLateContext,
  store: FlowRunStore,
  options: MarkLateOptions,
): Promise<LateCounts> {
  const counts: Batch['counts'] = {
    marked: 0,
    alreadyLate: 0,
    movedOn: 0,
    deleted: 0,
    failed: 0,
    unfinished: 0,
    pages: 0,
  };
  const [writing, done] = [new AbortController(), new AbortController()];
  // Each of the AT_ONCE writes adds two listeners to this signal. Node would warn of more than ten.
  setMaxListeners(2 * AT_ONCE, writing.signal);
  const stopWriting = () => {
    const stopped = context.clock.sleep(TIME_FOR_WRITES, done.signal);
    void stopped.then(() => writing.abort(context.signal.reason));
  };
  context.signal.addEventListener('abort', stopWriting, { once: true });
  const batch: Batch = { context, store, options, counts, seen: new Set(), errors: [], writing: writing.signal };
  try {
    await markPages(batch, context.clock.now() - options.lateAfterSeconds * SECOND);
  } finally {
    done.abort();
    context.signal.removeEventListener('abort', stopWriting);
  }
  context.log.info('Finished monitoring for late runs.', countFields(counts));
  if (counts.failed > 0) throw failureOf(batch);
  return counts;
}

async function markPages(batch: Batch, cutoff: number): Promise<void> {
  const { counts, options } = batch;
  let after: Place | undefined;
  do {
    const page = await pageOf(batch, cutoff, after);
    if (page === undefined) {
      counts.more = true;
      return warnOfTime(batch);
    }
    const hasNewRuns = await markPage(batch, page);
    const isFull = page.runs.length + page.unreadable.length >= options.pageSize;
    after = hasNewRuns && isFull ? page.next : undefined;
  } while (after !== undefined && !isTimeUp(batch));
  if (after !== undefined) await countLeft(batch, cutoff, after);
  if (counts.unfinished > 0 || counts.more) warnOfTime(batch);
}

/** Counts the late flow runs that are left, as long as there is time. Sets `more` if it can't count all. */
async function countLeft(batch: Batch, cutoff: number, after: Place): Promise<void> {
  const { counts, context, store } = batch;
  const { signal, clock, deadline, log } = context;
  let next: Place | undefined = after;
  try {
    while (next !== undefined && !signal.aborted && clock.now() < deadline - TIME_FOR_THE_END) {
      const page: DuePage = await store.due({ cutoff, limit: COUNTED_PAGE, after: next }, signal);
      const left = [...page.runs, ...page.unreadable].filter(({ id }) => isFirstSight(batch, id)).length;
      counts.unfinished += left;
      next = left === 0 ? undefined : page.next;
    }
  } catch (error) {
    log.debug('the flow runs that are left were not all counted', { error });
  }
  if (next !== undefined) counts.more = true;
}

/**
 * Reads the next page of late flow runs. Returns `undefined` if the signal is aborted meanwhile. If the signal is
 * aborted during the first page, throws, since the store may be at fault.
 */
async function pageOf(batch: Batch, cutoff: number, after: Place | undefined): Promise<DuePage | undefined> {
  const { signal } = batch.context;
  const query = withoutUndefined({ cutoff, limit: batch.options.pageSize, after });
  try {
    const page = await batch.store.due(query, signal);
    batch.counts.pages += 1;
    return page;
  } catch (error) {
    if (!signal.aborted || batch.counts.pages === 0) throw error;
    return undefined;
  }
}

/** Marks the flow runs of a page. Returns whether any of them was not on an earlier page. */
async function markPage(batch: Batch, page: DuePage): Promise<boolean> {
  const unreadable = page.unreadable.filter(({ id }) => isFirstSight(batch, id));
  for (const { id, error } of unreadable) countFailure(batch, id, error);
  const runs = page.runs.filter(({ id }) => isFirstSight(batch, id));
  for (let first = 0; first < runs.length; first += AT_ONCE) {
    if (isTimeUp(batch)) {
      batch.counts.unfinished += runs.length - first;
      break;
    }
    await Promise.all(runs.slice(first, first + AT_ONCE).map((run) => markOne(batch, run)));
  }
  return runs.length + unreadable.length > 0;
}

function isFirstSight(batch: Batch, id: string): boolean {
  if (batch.seen.has(id)) return false;
  batch.seen.add(id);
  return true;
}

async function markOne(batch: Batch, run: FlowRun): Promise<void> {
  const { mark } = batch.options;
  const asUsual = (late: FlowRun) => markAsUsual(batch, late);
  try {
    const result = await (mark === undefined ? asUsual(run) : mark(run, asUsual));
    batch.counts[COUNTED[result]] += 1;
  } catch (error) {
    if (!batch.context.signal.aborted) return countFailure(batch, run.id, error);
    // The time is up, so the flow run counts as unfinished and not as failed.
    batch.counts.unfinished += 1;
    batch.context.log.debug('flow run left unfinished', { flowRunId: run.id, error });
  }
}

async function markAsUsual(batch: Batch, run: FlowRun): Promise<MarkResult> {
  const { clock, random, log } = batch.context;
  const proposal = proposeLate(run, { id: random.id(), now: clock.now() });
  if (!proposal.accepted) return RESULT_OF[proposal.reason];
  const transitioned = await batch.store.transition(run, proposal.state, batch.writing);
  if (!transitioned.written) return whyLeftAlone(transitioned.now);
  log.info('flow run state changed', transitionFields(run, proposal.state));
  return 'marked';
}

function transitionFields(run: FlowRun, state: FlowRunState): Record<string, unknown> {
  const { nextScheduledStartTime: scheduled } = run;
  return withoutUndefined({
    flowRunId: run.id,
    flowRunName: run.name,
    deploymentId: run.deploymentId,
    oldState: stateFields(run.state),
    newState: stateFields(state),
    scheduledTime: scheduled === undefined ? undefined : toIso(scheduled),
  });
}

function stateFields({ id, type, name, timestamp }: FlowRunState): Record<string, string> {
  return { id, type, name, timestamp: toIso(timestamp) };
}

function countFailure(batch: Batch, flowRunId: string, error: unknown): void {
  batch.counts.failed += 1;
  if (batch.errors.length < MOST_ERRORS) batch.errors.push(error);
  batch.context.log.error('flow run not marked late', { flowRunId, error });
}

function failureOf({ counts, seen, errors }: Batch): AggregateError {
  const { marked, alreadyLate, movedOn, deleted, failed, unfinished, more } = counts;
  const left = `already late ${alreadyLate}, moved on ${movedOn}, deleted ${deleted}, unfinished ${unfinished}${more === true ? ' and more' : ''}`;
  return new AggregateError(
    errors,
    `mark-late-runs: ${failed} of ${seen.size} flow runs failed (marked ${marked}, ${left}); the next run of the service tries them again`,
  );
}

function isTimeUp({ context }: Batch): boolean {
  return context.signal.aborted || context.clock.now() >= context.deadline - TIME_FOR_A_PAGE;
}

function warnOfTime(batch: Batch): void {
  batch.context.log.warn(OUT_OF_TIME, countFields(batch.counts));
}

function countFields({ marked, alreadyLate, movedOn, deleted, failed, unfinished, more, pages }: LateCounts) {
  return { marked, alreadyLate, movedOn, deleted, failed, unfinished, ...(more && { more }), pages };
}
