/**
 * The local AWS emulator that deploys are rehearsed against: ministack, which runs Lambda code on this machine's Node
 * and needs no Docker. Its defaults listen on every interface; this one listens on 127.0.0.1 alone, and that is looked
 * at.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { emulatorPython } from './emulator-install.ts';
import { listenersBeyondLoopback } from './listeners.ts';
import { endGroup } from './process-group.ts';

/** An emulator under way. */
export interface Emulator {
  /** Such as `http://127.0.0.1:34567`. */
  readonly endpoint: string;
  /** What AWS clients and the CDK command line are told by: endpoint, region, keys of its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly pid: number;
  /** A folder of its own that goes when it is stopped. */
  readonly directory: string;
  /** What it has written so far. */
  log(): Promise<string>;
  /**
   * Checks that it, and whatever it opened since, is reached from this machine alone (on Linux; elsewhere its settings
   * are trusted).
   * @throws Error naming what it listens on besides
   */
  assertLoopback(): Promise<void>;
  /** Ends it and all that it started, and removes its folder. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** How an emulator is started. */
export interface EmulatorOptions {
  /** Variables for the emulator itself. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The account that the emulator keeps for any key that is not a number. */
export const ACCOUNT = '000000000000';
export const REGION = 'eu-central-1';

/** Milliseconds. */
const LONGEST_START = 60_000;
const LONGEST_STOP = 5_000;

/**
 * Starts an emulator on a free port, with nothing in it.
 * @throws NoEmulatorError where it can't be had
 */
export async function startEmulator({ variables = {} }: EmulatorOptions = {}): Promise<Emulator> {
  const python = await emulatorPython();
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'tickover-emulator-'));
  const endpoint = `http://127.0.0.1:${port}`;
  const child = await spawnEmulator(python, { ...settings(port, directory), ...variables }, directory);
  const emulator = emulatorOf(child, endpoint, directory);
  try {
    await healthy(emulator, child);
    await emulator.assertLoopback();
    return emulator;
  } catch (error) {
    const log = await emulator.log();
    await emulator.stop();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}; its log ends with:\n${log.slice(-2_000)}`, { cause: error });
  }
}

/** Nothing of this machine's own: no home, no keys, no Docker, which the emulator would tidy up in. */
function settings(port: string, directory: string): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: directory,
    TMPDIR: join(directory, 'tmp'),
    STATE_DIR: join(directory, 'state'),
    S3_DATA_DIR: join(directory, 's3'),
    DOCKER_HOST: `unix://${join(directory, 'no-docker.sock')}`,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: port,
    MINISTACK_HOST: '127.0.0.1',
    MINISTACK_REGION: REGION,
    MINISTACK_ACCOUNT_ID: ACCOUNT,
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    LAMBDA_EXECUTOR: 'local',
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

async function spawnEmulator(
  python: string,
  env: Record<string, string>,
  directory: string,
): Promise<ChildProcess & { readonly pid: number }> {
  await mkdir(join(directory, 'tmp'));
  const log = openSync(join(directory, 'emulator.log'), 'a');
  // A group of its own, so that what it started can be ended with it.
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: directory,
    env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error('emulator: its process could not be started');
  return Object.assign(child, { pid });
}

function emulatorOf(child: ChildProcess & { readonly pid: number }, endpoint: string, directory: string): Emulator {
  const { pid } = child;
  const endAll = () => {
    endGroup(pid);
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', endAll);
  let stopped: Promise<void> | undefined;
  return {
    endpoint,
    environment: clientEnvironment(endpoint),
    pid,
    directory,
    log: () => readFile(join(directory, 'emulator.log'), 'utf8'),
    assertLoopback: async () => {
      if (process.platform !== 'linux') return;
      const beyond = await listenersBeyondLoopback(pid);
      if (beyond.length > 0) throw new Error(`emulator: it listens beyond 127.0.0.1: ${beyond.join(', ')}`);
    },
    stop: () => {
      stopped ??= stop(child, directory).finally(() => process.off('exit', endAll));
      return stopped;
    },
  };
}

function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

async function healthy({ endpoint }: Emulator, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + LONGEST_START;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('emulator: it ended at once');
    if (await answers(`${endpoint}/_ministack/health`)) return;
    await sleep(100);
  }
  throw new Error(`emulator: it was not healthy within ${LONGEST_START / 1000} s`);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess & { readonly pid: number }, directory: string): Promise<void> {
  endGroup(child.pid, 'SIGTERM');
  const deadline = performance.now() + LONGEST_STOP;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) await sleep(25);
  endGroup(child.pid);
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
