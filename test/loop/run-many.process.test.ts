import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('fixtures/two-loops.ts', import.meta.url));
let child: ChildProcessWithoutNullStreams | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

describe('a process of two loops that sleep for an hour', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends by itself, and well, after %s', async (signal) => {
    const started = spawn(process.execPath, ['--import', 'tsx', FIXTURE]);
    child = started;
    const ended = once(started, 'close');
    const lines: string[] = [];
    for await (const line of createInterface(started.stdout)) {
      lines.push(line);
      if (lines.length === 2) started.kill(signal);
    }
    expect(lines).toEqual(['first ran', 'second ran', 'first stopped', 'second stopped', 'all ended']);
    expect(await ended).toEqual([0, null]);
  });
});
