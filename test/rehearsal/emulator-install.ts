/**
 * The emulator's own Python environment: made once for each version of its requirements, and kept in the user's cache.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
/** Outside of the checkout, so that a clean install of the packages does not fetch it anew. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tickover-rehearsal');
const PYTHONS = ['python3.11', 'python3', 'python3.12', 'python3.13'];
/** Milliseconds. */
const LONGEST_INSTALL = 300_000;

/** The emulator can't be had on this machine; the message says why, in a line. */
export class NoEmulatorError extends Error {
  override readonly name = 'NoEmulatorError';
  readonly code = 'no-emulator';
}

/**
 * The Python by which the emulator runs. The first call on a machine installs it from PyPI.
 * @throws NoEmulatorError where there is no Python 3.11 or newer, or PyPI can't be had
 */
export async function emulatorPython(): Promise<string> {
  const base = await basePython();
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const key = createHash('sha256').update(requirements).update(base.version).digest('hex').slice(0, 12);
  const home = join(CACHE, key);
  if (!existsSync(home)) await install(base.command, home);
  return pythonIn(home);
}

async function basePython(): Promise<{ readonly command: string; readonly version: string }> {
  for (const command of PYTHONS) {
    const version = await versionOf(command);
    if (version !== undefined && isNewEnough(version)) return { command, version };
  }
  throw new NoEmulatorError('emulator: there is no Python 3.11 or newer with venv; nothing was rehearsed');
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 11;
}

/**
 * Made beside its place and moved there when it is whole, so that nobody meets half of one; who leaves in between
 * leaves nothing.
 */
async function install(python: string, home: string): Promise<void> {
  const draft = `${home}.${process.pid}`;
  const leaving = new AbortController();
  const options = { timeout: LONGEST_INSTALL, signal: leaving.signal };
  const leave = () => {
    leaving.abort();
    rmSync(draft, { recursive: true, force: true });
  };
  process.once('exit', leave);
  await madeCache();
  try {
    await run(python, ['-m', 'venv', draft], options);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--retries',
      '1',
      '-r',
      REQUIREMENTS,
    ];
    await run(pythonIn(draft), pip, options);
    await applyRun(draft, home);
  } catch (error) {
    throw new NoEmulatorError(`emulator: PyPI did not give it (${lastLine(error)}); nothing was rehearsed`, {
      cause: error,
    });
  } finally {
    process.off('exit', leave);
    await rm(draft, { recursive: true, force: true });
  }
}

async function madeCache(): Promise<void> {
  try {
    await mkdir(CACHE, { recursive: true });
  } catch (error) {
    throw new NoEmulatorError(`emulator: there is no place for it (${lastLine(error)}); nothing was rehearsed`, {
      cause: error,
    });
  }
}

/** Another process may have been first: its environment is as good. */
async function applyRun(draft: string, home: string): Promise<void> {
  try {
    await rename(draft, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}

function pythonIn(home: string): string {
  return join(home, 'bin', 'python');
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr || message || String(error)).split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? 'no reason given';
}
