/**
 * A process that plays interleavings for the long form: it is sent batches and answers each with what was counted and
 * broken.
 */
import * as fc from 'fast-check';
import { ALL, enumerate } from './enumerated.ts';
import { describeFailure } from './failure-report.ts';
import { KINDS } from './kinds.ts';
import { script } from './script.ts';
import { play } from './simulate.ts';
import { type Tallied, Tally } from './tally.ts';

/** What is to be played: scripts of a seed, or a kind of invocation struck everywhere. */
export type Batch =
  | { readonly seed: number; readonly interleavings: number; readonly path?: string | undefined }
  | { readonly kind: number };

/** What came of it: what was broken is told in words. */
export interface Result {
  readonly broken: readonly string[];
  readonly counts: Tallied;
}

/** Stacks are nothing to the simulation, and they take time to make. */
const FRAMES = 2;

/** Plays one batch. */
export async function playBatch(batch: Batch): Promise<Result> {
  const tally = new Tally();
  if ('kind' in batch) {
    const kind = KINDS[batch.kind];
    return { broken: kind === undefined ? [] : await enumerate(kind, ALL, tally), counts: tally.counts };
  }
  const { seed, interleavings, path } = batch;
  const property = fc.asyncProperty(script, async (one) => {
    const { violations, counts } = await play(one);
    tally.add(counts);
    tally.count('interleavings');
    if (violations.length > 0) throw new Error(violations.join('\n'));
  });
  const again = path === undefined ? { numRuns: interleavings } : { path, numRuns: 1, endOnFailure: true };
  const broken = await describeFailure(await fc.check(property, { seed, ...again }));
  return { broken: broken === '' ? [] : [broken], counts: tally.counts };
}

if (process.send !== undefined) {
  Error.stackTraceLimit = FRAMES;
  process.on('message', (batch: Batch) => {
    playBatch(batch).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
