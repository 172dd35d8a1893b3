/** Every run of the tests tries the same values. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { ROOT } from './process.ts';
import { SEED } from './seed.ts';

/** The long form takes a fresh seed, and a text of code stands in the test of what lib may not do. */
const MAY_DRAW = ['architecture/doors.test.ts', 'faults/command.ts'];

describe('a property', () => {
  test('tries the same values in every run', () => {
    const tried: number[] = [];
    fc.assert(fc.property(fc.nat(), (value) => void tried.push(value)));

    expect(fc.readConfigureGlobal()).toEqual({ seed: SEED });
    expect(tried).toEqual(fc.sample(fc.nat(), { seed: SEED, numRuns: tried.length }));
  });

  test('has its seed in every project of vitest', () => {
    const { setupFiles, projects = [] } = config.test ?? {};

    expect(setupFiles).toEqual(['test/support/setup.ts']);
    expect(projects).toEqual(
      ['unit', 'processes', 'faults'].map((name) => ({ extends: true, test: expect.objectContaining({ name }) })),
    );
    expect(projects).not.toContainEqual(
      expect.objectContaining({ test: expect.objectContaining({ setupFiles: expect.anything() }) }),
    );
  });
});

test('no test draws by chance, or gives a property a seed that changes', async () => {
  const files = (await readdir(join(ROOT, 'test'), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const drawing: string[] = [];
  for (const file of files) {
    const code = await readFile(join(ROOT, 'test', file), 'utf8');
    if (/Math\.random\(|seed: (Date|performance|process|random)/.test(code)) drawing.push(file);
  }

  expect(drawing.filter((file) => !['support/seed.test.ts', ...MAY_DRAW].includes(file))).toEqual([]);
});
