/** The deliberate bugs fit the code as it is; `npm run faults -- --mutations` plays them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../support/process.ts';
import { MUTANTS } from './mutants.ts';

it.each(MUTANTS)('there is one place in $file for the bug that $what', async ({ file, text, instead }) => {
  const code = await readFile(join(ROOT, file), 'utf8');

  expect(code.split(text).length - 1).toBe(1);
  expect(instead).not.toBe(text);
});

it('there are several in each of acquire, commit, admission and classification', () => {
  for (const where of ['acquire', 'commit', 'admission', 'classification']) {
    expect(MUTANTS.filter((mutant) => mutant.where === where).length).toBeGreaterThan(4);
  }
});
