/** How CI's checks follow one another: small ones in a repository made for it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

let repository: string;

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'stages-'));
  await writeFile(join(repository, 'committed'), 'as it was');
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...ANYBODY, 'commit', '--quiet', '--message', 'first'],
  ])
    await promisify(execFile)('git', args, { cwd: repository });
});
afterAll(() => rm(repository, { recursive: true, force: true }));

const ANYBODY = ['-c', 'user.name=anybody', '-c', 'user.email=anybody@example.test'];

/** The exit code of these lines of Bash and what they told, standard error behind standard output. */
async function checked(...lines: string[]): Promise<{ code: unknown; output: string[] }> {
  const script = ['set -euo pipefail', `source ${join(ROOT, '.ci', 'stages')}`, ...lines].join('\n');
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd: repository }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, output: (out + err).trimEnd().split('\n') }),
    );
  });
}

const unavailable = (reason: string) => `sh -c 'echo looked for it; echo "${reason}"; exit 3'`;

test('checks that hold are listed with the time they took, and the last line states that nothing was left out', async () => {
  const { code, output } = await checked('stage one echo fine', 'stage two true', 'finish');

  expect(code).toBe(0);
  expect(output.slice(0, 3)).toEqual(['== one', 'fine', '== two']);
  expect(output[3]).toMatch(/^== one \d+ s, two \d+ s; \d+ s in all$/);
  expect(output[4]).toBe('== everything was checked');
});

test('the last line names what could not be had and why, and the other checks go on', async () => {
  const { code, output } = await checked(
    `stage 'the client' ${unavailable('no cmake')}`,
    'stage two true',
    `stage 'the emulator' ${unavailable('no Python')}`,
    'finish',
  );

  expect(code).toBe(0);
  expect(output).toContain('== two');
  expect(output.at(-1)).toBe(
    "== NOT CHECKED, since it can't be had here: the client (no cmake); the emulator (no Python)",
  );
});

test('a check that is left out fails the run that must be complete', async () => {
  const { code, output } = await checked(`stage one ${unavailable('no cmake')}`, 'finish --complete');

  expect(code).toBe(1);
  expect(output.at(-1)).toBe("== NOT CHECKED, since it can't be had here: one (no cmake)");
  expect(await checked('stage one true', 'finish --complete')).toMatchObject({ code: 0 });
});

test('a check that fails ends the run and is named', async () => {
  const { code, output } = await checked("stage one sh -c 'echo oh no; exit 7'", 'stage two true', 'finish');

  expect(code).toBe(1);
  expect(output).toEqual(['== one', 'oh no', '== FAILED: one ended with 7']);
});

test('checks that change the tree fail', async () => {
  const { code, output } = await checked("stage one sh -c 'echo x > left-behind'", 'finish');

  expect(code).toBe(1);
  expect(output.at(-1)).toBe('== FAILED: the checks changed the tree: ?? left-behind');
});
