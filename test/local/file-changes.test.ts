import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileChanges } from '../../lib/local/services/file-changes.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-changes-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const LATER = Number.POSITIVE_INFINITY;

test('a file changes when it is written, replaced by another as editors do, deleted, or made again', async () => {
  const file = join(directory, 'a.ts');
  const other = join(directory, 'a.ts~');
  const changes = fileChanges();
  await writeFile(file, 'one');
  expect(await changes.among([file], LATER)).toEqual([]);

  await writeFile(file, 'longer');
  expect(await changes.among([file, file], LATER)).toEqual([file]);
  expect(await changes.among([file], LATER)).toEqual([]);

  await writeFile(other, 'behind');
  await rename(other, file);
  expect(await changes.among([file], LATER)).toEqual([file]);

  await rm(file);
  expect(await changes.among([file], LATER)).toEqual([file]);
  expect(await changes.among([file], LATER)).toEqual([]);

  await writeFile(file, 'one');
  expect(await changes.among([file], LATER)).toEqual([file]);

  await utimes(file, 1, 1);
  expect(await changes.among([file], LATER)).toEqual([file]);
});

test('a file that was not looked at before has changed if it was written since', async () => {
  const file = join(directory, 'a.ts');
  await writeFile(file, 'one');

  expect(await fileChanges().among([file], 0)).toEqual([file]);
  expect(await fileChanges().among([file], LATER)).toEqual([]);
  expect(await fileChanges().among([join(directory, 'none.ts')], 0)).toEqual([]);
});
