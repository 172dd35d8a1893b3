/** Measures a function's process while it is invoked again and again. */
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../lib/time/index.ts';
import type { FunctionProcess } from '../../test/runtime/function-process.ts';

/** What an invocation of a function takes, once the function is warm. */
export interface FunctionFigures {
  /** Processor time, in milliseconds of one whole processor. */
  readonly processorMs: number;
  /** From the event to the answer, in milliseconds: half of the invocations took less. */
  readonly medianMs: number;
  /** From the start of the process to its first answer, in milliseconds. */
  readonly coldMs: number;
  /** The highest resident memory of the process, in megabytes. */
  readonly megabytes: number;
  /** The bytes of the log lines, and how many lines there are. */
  readonly logBytes: number;
  readonly logLines: number;
}

const MINUTE = 60_000;
/** Invocations after which the code is compiled and connections are open. */
const WARM_UP = 50;
/** The kernel counts processor time in hundredths of a second. */
const MS_A_JIFFY = 10;

/** Invokes the function for as many ticks, the last of which is due now; then ends it. */
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
  // The name, in brackets, may have spaces. After it come the fields from the third on; time is in the 14th and 15th.
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
