/** The simulator in its long form: batches of interleavings, shared out among processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FaultRow } from '../table.ts';
import { KINDS } from './kinds.ts';
import { Tally } from './tally.ts';
import { type Batch, playBatch, type Result } from './worker.ts';

/** What is simulated. */
export interface SimOptions {
  /** The seed of the first batch; each further batch has the next. */
  readonly seed: number;
  /** How many scripts are played, besides those that are enumerated. */
  readonly interleavings: number;
  /** Told now and then how many interleavings are done, and of how many batches how many broke a promise. */
  readonly onProgress?: (done: number, broken: number) => void;
  /** Told at once of a script that breaks a promise. */
  readonly onBroken?: (words: string) => void;
}

/** How many scripts are played at a time: few enough that progress is seen, enough that asking costs nothing. */
const BATCH = 250;
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const PROMISES = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'rules'];

/**
 * Plays it all. A row for each fault, one for each promise, and one for the interleavings as a whole, which has what
 * was broken.
 */
export async function simFaults({ seed, interleavings, onProgress, onBroken }: SimOptions): Promise<FaultRow[]> {
  const batches: Batch[] = KINDS.map((_, kind) => ({ kind }));
  for (let first = 0; first < interleavings; first += BATCH) {
    batches.push({ seed: (seed + first / BATCH) | 0, interleavings: Math.min(BATCH, interleavings - first) });
  }
  const tally = new Tally();
  const broken: string[] = [];
  const onResult = (result: Result) => {
    tally.add(result.counts);
    broken.push(...result.broken);
    for (const words of result.broken) onBroken?.(words);
    onProgress?.(tally.counts.figures['interleavings'] ?? 0, broken.length);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(batches, onResult)));
  return rowsOf(tally, broken);
}

/** Plays one script again, by the seed and the path that a failure told. */
export async function replay(seed: number, path: string): Promise<FaultRow[]> {
  const { broken, counts } = await playBatch({ seed, interleavings: 1, path });
  const tally = new Tally();
  tally.add(counts);
  return rowsOf(tally, broken);
}

/** One process that takes batches until there are none. */
async function work(batches: Batch[], onResult: (result: Result) => void): Promise<void> {
  const child = fork(WORKER, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      child.send(batch);
      onResult(await answerOf(child, batch));
    }
  } finally {
    child.kill();
  }
}

async function answerOf(child: ChildProcess, batch: Batch): Promise<Result> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }).then(([result]) => result as Result),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`the process ended with ${code} over ${JSON.stringify(batch)}`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}

function rowsOf(tally: Tally, broken: readonly string[]): FaultRow[] {
  const { faults, checks, figures } = tally.counts;
  const kinds = new Map<string, Record<string, number>>();
  for (const [name, times] of Object.entries(faults).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const [fault = name, operation] = name.split(': ');
    kinds.set(fault, { ...kinds.get(fault), [operation ?? '']: times });
  }
  const rows = [...kinds].map(([fault, { '': simple, ...operations }]) => ({
    part: 'sim',
    fault,
    injected: Object.values(operations).reduce((sum, times) => sum + times, simple ?? 0),
    violations: [],
    figures: operations,
  }));
  const promises = PROMISES.map((promise) => ({
    part: 'sim',
    fault: `checked: ${promise}`,
    injected: 0,
    violations: broken.filter((one) => one.includes(`${promise}: `)),
    figures: { checks: checks[promise] ?? 0 },
  }));
  const injected = rows.reduce((sum, row) => sum + row.injected, 0);
  return [...rows, ...promises, { part: 'sim', fault: 'all of them', injected, violations: broken, figures }];
}
