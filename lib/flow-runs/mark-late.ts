/**
 * Marks late flow runs, as upstream's `MarkLateRuns` does: reads the due flow runs page by page, the earliest start
 * first, and moves each to the state `Late` if its state hasn't changed since it was read. A flow run that fails
 * doesn't stop the others; one error about all failures is thrown at the end. In this room "run" means a flow run. A
 * run of mark-late-runs is called a run of the service.
 */
import { setMaxListeners } from 'node:events';
import { type RunContext, refuseOptions, type Shape } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { SECOND, toIso } from '../time/index.ts';
import type { FlowRun, FlowRunState } from './flow-run.ts';
import { type MarkResult, proposeLate, RESULT_OF, whyLeftAlone } from './late.ts';
import type { DuePage, FlowRunStore, Place } from './ports.ts';

/** The part of the run context of mark-late-runs that the marking needs. */
export type MarkLateContext = Pick<RunContext, 'signal' | 'deadline' | 'clock' | 'random' | 'log'>;

/** The options of marking flow runs late. */
export interface MarkLateOptions {
  /** How many seconds after its scheduled start a flow run counts as late. */
  readonly lateAfterSeconds: number;
  /** The largest number of flow runs in one page that is read from the store. */
  readonly pageSize: number;
  /**
   * Replaces the marking of one flow run; upstream has the same override point. An error that it throws is logged and
   * counted as a failure. Up to 10 calls go on at the same time.
   * @default `asUsual`: the rule of lateness, one conditional write and one log line
   */
  readonly mark?: (run: FlowRun, asUsual: (run: FlowRun) => Promise<MarkResult>) => Promise<MarkResult>;
}

/** The names of the options of marking, with the shapes of their values. */
export const MARK_LATE_SHAPES = {
  ...{ lateAfterSeconds: 'any', pageSize: 'any', mark: 'function' },
} as const satisfies Readonly<Record<keyof MarkLateOptions, Shape>>;

/**
 * The counts of one run of mark-late-runs. All but `pages` add up to the number of flow runs that were late, unless
 * `more` is set.
 */
export interface LateCounts {
  readonly marked: number;
  readonly alreadyLate: number;
  readonly movedOn: number;
  readonly deleted: number;
  readonly failed: number;
  /**
   * The flow runs that were left because the time of the run of mark-late-runs was up. They were not tried, or their
   * write was aborted, and may have been marked or not. The next run goes on with them.
   */
  readonly unfinished: number;
  /**
   * Set if further late flow runs are left that are not counted as `unfinished`, since there was no time to count them.
   * @default all are counted
   */
  readonly more?: true;
  /** How many pages were read to mark their flow runs. Pages that were read only to count are left out. */
  readonly pages: number;
}

/**
 * How long before its deadline a run of mark-late-runs stops marking flow runs, in milliseconds. The next run goes on.
 */
const TIME_FOR_A_PAGE = 2 * SECOND;
/** How long before its deadline a run of mark-late-runs stops counting the flow runs that are left, in milliseconds. */
const TIME_FOR_THE_END = 0.5 * SECOND;
/** The largest number of flow runs in a page that is read only to count them. */
const COUNTED_PAGE = 1_000;
/**
 * How long writes that have begun may still take after the signal of the run is aborted, in milliseconds. Without this
 * time a flow run could be marked without the log line about it.
 */
const TIME_FOR_WRITES = 0.5 * SECOND;
/** How many flow runs are marked at the same time. */
const AT_ONCE = 10;
/** The largest number of errors in the AggregateError that ends a run of the service. All errors are logged. */
const MOST_ERRORS = 20;
const OUT_OF_TIME =
  'mark-late-runs: its time is up before all late flow runs are marked; the next run of the service goes on';

const COUNTED: Readonly<Record<MarkResult, Exclude<keyof LateCounts, 'unfinished' | 'more' | 'pages'>>> = {
  marked: 'marked',
  'already-late': 'alreadyLate',
  'moved-on': 'movedOn',
  deleted: 'deleted',
};

/** The values that one run of mark-late-runs uses and changes while it marks flow runs. */
interface Batch {
  readonly context: MarkLateContext;
  readonly store: FlowRunStore;
  readonly options: MarkLateOptions;
  readonly counts: { -readonly [Count in keyof LateCounts]: LateCounts[Count] };
  readonly seen: Set<string>;
  readonly errors: unknown[];
  /** The signal for the writes. It is aborted `TIME_FOR_WRITES` after the signal of the context. */
  readonly writing: AbortSignal;
}

/**
 * Marks the flow runs that are late now, as {@link markLateRunsWith} does. Checks the options first, since a person may
 * have written them.
 * @throws InvalidOptionsError which names every option that is unknown or of another shape
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
 * Marks the flow runs that are late now. The options must be valid. Ends after a page that isn't full, after a page in
 * which no flow run is new to this run of the service, or 2 s before the deadline. Logs a warning if late flow runs are
 * left.
 * @throws AggregateError if a flow run failed, after all others were tried; the error of the store if it can't be
 *   reached, or if the signal is aborted before the first page was read
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
  // Each write that is going on adds a listener to this signal, and the AWS client adds another one for it.
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

/**
 * Counts the flow runs on the pages that were not reached, as long as there is time. Sets `more` if some are not
 * counted.
 */
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
 * Returns the next page of late flow runs, or `undefined` if the signal was aborted during the read. Throws if the
 * signal is aborted before the first page is read, since the store may be at fault.
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

/** Marks the flow runs of a page. Returns whether any flow run of the page was new to this run of the service. */
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
    // The abort ended the call, so the flow run is not at fault.
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

/** The fields of the log line about a flow run that was marked late. */
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

/** Returns the counts as they are now, as fields of a log line. */
function countFields({ marked, alreadyLate, movedOn, deleted, failed, unfinished, more, pages }: LateCounts) {
  return { marked, alreadyLate, movedOn, deleted, failed, unfinished, ...(more && { more }), pages };
}
