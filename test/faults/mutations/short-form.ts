/** The simulator's short form as a process of its own: it prints, as JSON, which promises each half found broken first. */
import * as fc from 'fast-check';
import { enumerate, SHORT } from '../sim/enumerated.ts';
import { KINDS } from '../sim/kinds.ts';
import { script } from '../sim/script.ts';
import { play } from '../sim/simulate.ts';
import { Tally } from '../sim/tally.ts';

/** As many scripts as `npm test` plays of its fixed seed. */
const SCRIPTS = 80;
const SEED = 20_251_009;

async function enumerated(): Promise<string[]> {
  for (const kind of KINDS) {
    const broken = await enumerate(kind, SHORT, new Tally());
    if (broken.length > 0) return broken.map((one) => promiseIn(one.slice(one.indexOf('second delivery'))));
  }
  return [];
}

async function sampled(): Promise<string[]> {
  for (const one of fc.sample(script, { seed: SEED, numRuns: SCRIPTS })) {
    const { violations } = await play(one);
    if (violations.length > 0) return violations.map(promiseIn);
  }
  return [];
}

function promiseIn(violation: string): string {
  return /\b(I\d|rules): /.exec(violation)?.[1] ?? 'another';
}

Error.stackTraceLimit = 2;
const found = { enumerated: await enumerated(), sampled: await sampled() };
console.log(JSON.stringify({ enumerated: [...new Set(found.enumerated)], sampled: [...new Set(found.sampled)] }));
