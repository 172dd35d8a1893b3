/** Who ends `npm run emulator` before the emulator is up leaves nothing running. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Started, startScript } from '../support/process.ts';

/** As much of a Python as is asked for, whose emulator never answers: nothing is fetched. */
const PYTHON = `#!/bin/sh
case "$*" in
  *ensurepip*) echo 3.11 ;;
  *"-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  *"-m pip"*) [ -z "$PIP_HANGS" ] || { echo $$ > "$PID_FILE"; exec sleep 60; } ;;
  *ministack*) echo $$ > "$HOME/../pid"; exec sleep 60 ;;
esac
`;

let directory: string;
let started: Started;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-beside-'));
  await mkdir(join(directory, 'bin'));
  await writeFile(join(directory, 'bin', 'python3.11'), PYTHON);
  await chmod(join(directory, 'bin', 'python3.11'), 0o755);
});
afterEach(async () => {
  started.child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

function start(variables: Record<string, string> = {}): void {
  started = startScript('test/rehearsal/beside-emulator.ts', ['true'], {
    PATH: [join(directory, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    XDG_CACHE_HOME: join(directory, 'cache'),
    TMPDIR: directory,
    PID_FILE: join(directory, 'pid'),
    ...variables,
  });
}

/** The process that has written its id, once it has. */
function pid(): Promise<number> {
  return eventually(async () => {
    const written = Number(await readFile(join(directory, 'pid'), 'utf8').catch(() => ''));
    return written > 0 ? written : undefined;
  });
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}

describe('An emulator that is ended before it is up', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('an emulator that %s ends leaves no process and no folder', async (signal, code) => {
    start();
    const emulator = await pid();

    expect(await started.end(signal)).toEqual({ code, signal: null });

    await eventually(async () => (isAlive(emulator) ? undefined : true));
    expect((await readdir(directory)).filter((name) => name.startsWith('tickover-emulator-'))).toEqual([]);
  });

  it('an emulator that is ended during its installation leaves nothing of it in the cache', async () => {
    start({ PIP_HANGS: 'yes' });
    const pip = await pid();

    expect(await started.end('SIGINT')).toEqual({ code: 130, signal: null });

    await eventually(async () => (isAlive(pip) ? undefined : true));
    expect(await readdir(join(directory, 'cache', 'tickover-rehearsal'))).toEqual([]);
  });
});
