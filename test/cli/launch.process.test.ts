/** Commands started as npm starts them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-launch-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function node(...words: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: ROOT }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });
}

test('a command runs with its arguments', async () => {
  const { code, out, err } = await node('lib/cli/launch.cjs', 'lib/cli/start.ts', '--help');

  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Usage: start [options]');
});

test('a Node that is too old is refused in one line, before anything is started', async () => {
  const older = join(directory, 'older.cjs');
  await writeFile(
    older,
    "Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '18.20.8' }) });",
  );
  const line = /^tickover: Node: expected version [\d.]+ or newer, got 18\.20\.8; nothing was started\n$/;

  for (const file of [['lib/cli/launch.cjs', 'lib/cli/start.ts'], ['lib/cli/node-version.cjs']]) {
    const { code, out, err } = await node('--require', older, ...file);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(line);
  }
});
