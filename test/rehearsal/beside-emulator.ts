/**
 * `npm run emulator -- COMMAND [ARGUMENT...]`: runs a command beside an AWS emulator that starts and ends with it. The command's AWS
 * clients find the emulator by their environment, and tests by `TICKOVER_TEST_ENDPOINT`. Ends as the command does, or with 3 where
 * the emulator can't be had; the last line says why.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Emulator, startEmulator } from './emulator.ts';
import { NoEmulatorError } from './emulator-install.ts';

/** What is needed is not to be had on this machine. */
const UNAVAILABLE = 3;
const MISUSED = 2;

async function codeOf(command: string, args: readonly string[], emulator: Emulator): Promise<number> {
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...emulator.environment, TICKOVER_TEST_ENDPOINT: emulator.endpoint },
  });
  // The terminal signals the command too: it ends first, and the emulator after it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'close');
  return (code as number | null) ?? 1;
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
