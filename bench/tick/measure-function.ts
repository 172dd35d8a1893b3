import { readFile } from 'node:fs/promises';
import { systemClock } from '../../lib/time/index.ts';
import type { FunctionProcess } from '../../test/runtime/function-process.ts';

/** The figures of one invocation of a Lambda function. */
export interface FunctionFigures {
  /** The mean processor time of an invocation after the warm-up, in milliseconds of one processor. */
  readonly processorMs: number;
  /** The median time from the event to the answer of an invocation after the warm-up, in milliseconds. */
  readonly medianMs: number;
  /** The time from the start of the process to its first answer, in milliseconds. */
  readonly coldMs: number;
  /** The highest resident memory of the process, in megabytes. */
  readonly megabytes: number;
  /** The mean size in bytes, and the mean number, of the log lines of an invocation. */
  readonly logBytes: number;
  readonly logLines: number;
}

const MINUTE = 60_000;
/** The number of invocations before the measured ones, in which Node compiles the code and opens connections. */
const WARM_UP = 50;
/** The kernel counts processor time in hundredths of a second. */
const MS_A_JIFFY = 10;

/**
 * Starts the function, and invokes it `WARM_UP` times and then `invocations` times. The due times of these ticks are
 * one minute apart, the last one in the current minute. Ends the function, and returns the figures.
 */
export async function measureFunction(
  start: () => Promise<FunctionProcess>,
  invocations: number,
): Promise<FunctionFigures> {
  const started = systemClock.now();
  const process = await start();
  const newest = Math.floor(started / MINUTE) * MINUTE;
  const due = (index: number) => newest - (WARM_UP + invocations - index) * MINUTE;
  await invoke(process, due(1));
  const coldMs = systemClock.now() - started;
  for (let index = 2; index <= WARM_UP; index++) await invoke(process, due(index));
  const before = await processorMs(process.pid);
  const walls: number[] = [];
  for (let index = WARM_UP + 1; index <= WARM_UP + invocations; index++) {
    const from = performance.now();
    await invoke(process, due(index));
    walls.push(performance.now() - from);
  }
  const spent = (await processorMs(process.pid)) - before;
  const megabytes = await highestMegabytes(process.pid);
  const { stdout } = await process.end();
  const bytes = stdout.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  return {
    processorMs: rounded(spent / invocations),
    medianMs: rounded(walls.toSorted((one, other) => one - other)[Math.floor(walls.length / 2)] ?? 0),
    coldMs: Math.round(coldMs),
    megabytes: Math.round(megabytes),
    logBytes: Math.round(bytes / (WARM_UP + invocations)),
    logLines: rounded(stdout.length / (WARM_UP + invocations)),
  };
}

async function invoke(process: FunctionProcess, due: number): Promise<void> {
  const result = await process.invoke({ scheduledFor: new Date(due).toISOString() });
  const { disposition, outcome } = ('answer' in result ? result.answer : {}) as Record<string, unknown>;
  if (disposition !== 'ran' || outcome !== 'succeeded')
    throw new Error(`bench: expected a run that succeeds, got ${JSON.stringify(result)}`);
}

async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The file contains the number of the process, its name in brackets, and then the fields from the third on. The 14th
  // and the 15th field are the processor times in user mode and in system mode.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_A_JIFFY;
}

async function highestMegabytes(pid: number): Promise<number> {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
