/** `tickover forget` in a project outside of this repository. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project, serviceFile } from './project.ts';

let project: Project;

beforeEach(async () => {
  project = await makeProject();
});
afterEach(() => project.remove());

test('what a removed service left is deleted after a confirmation, and that of a service with a file is not', async () => {
  await project.write('services/kept.ts', serviceFile('kept', ''));
  await project.write('services/gone.ts', serviceFile('gone', ''));
  for (const name of ['gone', 'watch-services']) expect(await project.run(['invoke', name])).toMatchObject({ code: 0 });

  expect(await project.run(['forget', 'kept', '--yes'])).toEqual({
    code: 1,
    lines: ['tickover forget: kept: the project still has its file; nothing was deleted; delete the file first'],
  });
  await rm(join(project.directory, 'services/gone.ts'));
  const what = 'gone: its state, its run records and what the watchdog knows of it in the table tickover';
  expect(await project.run(['forget', 'gone', '--yes'])).toEqual({
    code: 1,
    lines: [
      what,
      'tickover forget: gone: it is still watched; nothing was deleted; let `tickover dev` run without it for a minute first',
    ],
  });
  await project.run(['invoke', 'watch-services']);
  expect(await project.run(['forget', 'gone'])).toEqual({
    code: 1,
    lines: [what, 'gone: nothing was deleted; --yes deletes them'],
  });
  const forgotten = await project.run(['forget', 'gone', '--yes']);
  expect(forgotten.code).toBe(0);
  expect(forgotten.lines[1]).toMatch(/^gone: forgotten; \d items were deleted$/);
  expect(await project.run(['forget', 'gone', '--yes'])).toEqual({
    code: 1,
    lines: [what, 'tickover forget: gone: the table tickover has nothing of it; nothing was deleted'],
  });
});
