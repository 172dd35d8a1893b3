/** Every run of the tests tries the same values, and files that share a worker don't depend on one another. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { ROOT } from './process.ts';
import { SEED } from './seed.ts';

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

/** The files of test/ whose code matches. */
async function filesLike(pattern: RegExp): Promise<string[]> {
  const files = (await readdir(join(ROOT, 'test'), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found: string[] = [];
  for (const file of files) if (pattern.test(await readFile(join(ROOT, 'test', file), 'utf8'))) found.push(file);
  return found.toSorted();
}

test('no test draws by chance, or gives a property a seed that changes', async () => {
  const drawing = await filesLike(/Math\.random\(|seed: (Date|performance|process|random)/);

  expect(drawing).toEqual(['architecture/doors.test.ts', 'faults/command.ts']);
});

test('no module registers a hook while it is loaded, which happens once a worker and not once a file', async () => {
  const hooking = (await filesLike(/^(before|after)(Each|All)\(/m)).filter(
    (file) => !/\.(test|runtime)\.ts$/.test(file),
  );

  expect(hooking).toEqual(['support/setup.ts']);
});
