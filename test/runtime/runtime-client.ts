/**
 * The Lambda runtime interface client that AWS publishes, and the Node it runs on: built once for each version of what
 * is pinned in `client/`, and kept in the user's cache.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the two programs are. */
export interface RuntimeClient {
  /** The Node of a Lambda runtime. */
  readonly node: string;
  /** What Lambda starts on it. */
  readonly client: string;
}

/** The client can't be had on this machine; the message says why, in a line. */
export class NoRuntimeClientError extends Error {
  override readonly name = 'NoRuntimeClientError';
  readonly code = 'no-runtime-client';
}

export function isNoRuntimeClient(error: unknown): error is NoRuntimeClientError {
  return (error as { readonly code?: unknown }).code === 'no-runtime-client';
}

const PINNED = fileURLToPath(new URL('./client/', import.meta.url));
const MANIFESTS = ['package.json', 'package-lock.json'] as const;
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tickover-runtime');
/** What the client's native part is built with. */
const BUILD_TOOLS = ['cmake', 'make', 'c++', 'python3', 'tar', 'xz'];
/** Milliseconds. */
const LONGEST_STEP = 600_000;
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * The client, built if this is the first call on a machine, which takes about a minute.
 * @throws NoRuntimeClientError where the machine can't build it or the registry doesn't give it
 * @throws Error where it was there and its build failed
 */
export async function runtimeClient(): Promise<RuntimeClient> {
  const home = join(CACHE, await pinnedKey());
  if (!existsSync(home)) await install(home);
  return {
    node: join(home, 'node_modules', 'node', 'bin', 'node'),
    client: join(home, 'node_modules', 'aws-lambda-ric', 'index.mjs'),
  };
}

async function pinnedKey(): Promise<string> {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  for (const name of MANIFESTS) hash.update(await readFile(join(PINNED, name)));
  return hash.digest('hex').slice(0, 12);
}

/** Made beside its place and moved there when it is whole, so that nobody meets half of one. */
async function install(home: string): Promise<void> {
  await refuseUnfit();
  const draft = `${home}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    for (const name of MANIFESTS) await copyFile(join(PINNED, name), join(draft, name));
    await fetchPackages(draft);
    await npm(draft, ['rebuild', 'aws-lambda-ric'], { npm_config_nodedir: headersIn(draft) });
    await applyRun(draft, home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function refuseUnfit(): Promise<void> {
  if (process.platform !== 'linux')
    throw new NoRuntimeClientError(`it is built on Linux alone, not on ${process.platform}`);
  const there = await Promise.all(BUILD_TOOLS.map(isThere));
  const missing = BUILD_TOOLS.filter((_, index) => !there[index]);
  if (missing.length > 0) throw new NoRuntimeClientError(`its build needs ${missing.join(', ')}`);
}

async function isThere(tool: string): Promise<boolean> {
  try {
    await run(tool, ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** Node's own package fetches the program for this machine when it is set up. */
async function fetchPackages(directory: string): Promise<void> {
  try {
    await npm(directory, ['ci', '--ignore-scripts']);
    await npm(directory, ['rebuild', 'node']);
  } catch (error) {
    throw new NoRuntimeClientError(`npm did not give it (${firstLine(error)})`, { cause: error });
  }
}

/** npm tells first what went wrong, and last where its log is. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr || message || String(error)).split('\n')[0] ?? '';
}

/** The headers of that Node come with it: they need not be fetched from elsewhere. */
function headersIn(directory: string): string {
  return join(directory, 'node_modules', 'node', 'node_modules', `node-${process.platform}-${process.arch}`);
}

async function npm(directory: string, args: readonly string[], variables: Record<string, string> = {}): Promise<void> {
  await run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    env: { ...process.env, ...variables },
    timeout: LONGEST_STEP,
    maxBuffer: MOST_OUTPUT,
  });
}

/** Another process may have been first: its client is as good. */
async function applyRun(draft: string, home: string): Promise<void> {
  try {
    await rename(draft, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}
