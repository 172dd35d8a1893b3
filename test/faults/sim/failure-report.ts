/** A failing script in words: what it broke, what has to happen for that, how it went, and how it is played again. */
import type { RunDetails } from 'fast-check';
import { type Script, worded } from './script.ts';
import { play } from './simulate.ts';

/** What fast-check found, in words; empty if nothing is broken. */
export async function describeFailure({
  failed,
  counterexample,
  seed,
  counterexamplePath,
}: RunDetails<[Script]>): Promise<string> {
  const [script] = counterexample ?? [];
  if (!failed) return '';
  if (script === undefined) return `seed ${seed}: interrupted before it was done`;
  const { violations, tickEvent } = await play(script, true);
  return [
    ...violations,
    '',
    'Least script that breaks it:',
    worded(script),
    '',
    'How it went:',
    ...tickEvent,
    '',
    `Again: npm run faults -- --part sim --seed ${seed} --path ${counterexamplePath}`,
  ].join('\n');
}
