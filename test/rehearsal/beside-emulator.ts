/**
 * `npm run emulator -- COMMAND [ARGUMENT...]`: runs a command beside an AWS emulator that starts and ends with it. The
 * command's AWS clients find the emulator by their environment, and tests by `TICKOVER_TEST_ENDPOINT`. Ends as the
 * command does, or with 3 where the emulator can't be had; the last line says why.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { type Emulator, startEmulator } from './emulator.ts';
import { NoEmulatorError } from './emulator-install.ts';

/** What is needed is not to be had on this machine. */
const UNAVAILABLE = 3;
const MISUSED = 2;
/** As a shell tells the end by a signal, and a command that there isn't. */
const BY_SIGNAL = 128;
const NO_COMMAND = 127;

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let running: ChildProcess | undefined;
for (const signal of ENDING) {
  // The terminal signals the command too: it ends first, and the emulator after it. Until then, leaving takes the
  // emulator along.
  process.on(signal, () => (running === undefined ? process.exit(codeFor(signal)) : running.kill(signal)));
}

function codeFor(signal: NodeJS.Signals): number {
  return BY_SIGNAL + constants.signals[signal];
}

async function codeOf(command: string, args: readonly string[], emulator: Emulator): Promise<number> {
  running = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...emulator.environment, TICKOVER_TEST_ENDPOINT: emulator.endpoint },
  });
  try {
    const [code, signal] = (await once(running, 'close')) as [number | null, NodeJS.Signals];
    return code ?? codeFor(signal);
  } catch (error) {
    console.error(`emulator: ${command}: can't be run (${String(error)})`);
    return NO_COMMAND;
  }
}

async function beside(command: string, args: readonly string[]): Promise<number> {
  const emulator = await startEmulator();
  try {
    return await codeOf(command, args, emulator);
  } finally {
    await emulator.stop();
  }
}

const [command, ...args] = process.argv.slice(2);
try {
  if (command === undefined) console.error('emulator: expected a command to run beside it, got none');
  process.exitCode = command === undefined ? MISUSED : await beside(command, args);
} catch (error) {
  if (!(error instanceof NoEmulatorError)) throw error;
  console.error(error.message);
  process.exitCode = UNAVAILABLE;
}
