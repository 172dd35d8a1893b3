/**
 * `npm run bench -- tick [invocations] [--record]`: measures the processor time, the duration, the memory and the log
 * of a tick whose run succeeds, in Lambda's runtime client and with an embedded DynamoDB. `--record` saves the figures
 * for `npm run cost`.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { systemClock, toIso } from '../../lib/time/index.ts';
import { deployed } from '../../test/runtime/deployed.ts';
import { startFunction } from '../../test/runtime/function-process.ts';
import { isNoRuntimeClient, type RuntimeClient, runtimeClient } from '../../test/runtime/runtime-client.ts';
import { dynaliteDatabase } from '../../test/support/dynalite.ts';
import { CATALOG, entryOf, removeOutputs } from '../../test/support/stack-kit.ts';
import { type FunctionFigures, measureFunction } from './measure-function.ts';
import { healthy } from './service.ts';

const WATCHDOG = 'watch-services';
/** A deploy would set this variable for the watchdog. Nothing is sent to the topic, since no service is in trouble. */
const VARIABLES = { TICKOVER_TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:Pager' };
const RECORD = fileURLToPath(new URL('../../infra/cost/healthy-tick.json', import.meta.url));

interface HealthyTick {
  readonly measured: string;
  readonly machine: string;
  readonly invocations: number;
  /** The figures of a tick of a service whose workload does nothing. */
  readonly tick: FunctionFigures;
  /** The figures of a run of the watchdog (`watch-services`) that watches one service. */
  readonly check: FunctionFigures;
}

/**
 * Measures and prints the figures. The argument `--record` also writes them to infra/cost/healthy-tick.json. Returns
 * false if nothing could be measured.
 */
export async function benchTick(args: readonly string[]): Promise<boolean> {
  const [count = '200'] = args.filter((arg) => !arg.startsWith('--'));
  if (!/^[1-9]\d{0,3}$/.test(count)) return refuse(`expected 1 to 9999 invocations, got '${count}'`);
  const client = await runtimeClient().catch(unavailable);
  if (typeof client === 'string') return refuse(client);
  const figures = await measured(client, Number(count));
  for (const [name, { processorMs, medianMs, coldMs, megabytes, logBytes, logLines }] of rows(figures)) {
    console.log(name);
    console.log(`  processor time   ${processorMs} ms of one whole processor`);
    console.log(`  event to answer  ${medianMs} ms, the median`);
    console.log(`  first answer     ${coldMs} ms after the start of the process`);
    console.log(`  highest memory   ${megabytes} MB`);
    console.log(`  log              ${logBytes} bytes in ${logLines} lines`);
  }
  console.log(`${figures.invocations} invocations on ${figures.machine}`);
  if (args.includes('--record')) await writeFile(RECORD, `${JSON.stringify(figures, undefined, 2)}\n`);
  return true;
}

function rows({ tick, check }: HealthyTick): readonly (readonly [string, FunctionFigures])[] {
  return [
    ['a healthy tick', tick],
    ['a check of the watchdog', check],
  ];
}

function refuse(message: string): false {
  console.error(`bench: ${message}; nothing was measured`);
  return false;
}

function unavailable(error: unknown): string {
  if (isNoRuntimeClient(error)) return `the Lambda runtime interface client can't be had: ${error.message}`;
  throw error;
}

async function measured(client: RuntimeClient, invocations: number): Promise<HealthyTick> {
  const database = await dynaliteDatabase();
  try {
    const file = fileURLToPath(new URL('./healthy.ts', import.meta.url));
    const watchdog = CATALOG.filter(({ service }) => service.name === WATCHDOG);
    const stack = deployed([entryOf(healthy, file), ...watchdog]);
    const { documents } = database.connect();
    for (const table of stack.tables) await documents.send(new CreateTableCommand(table));
    const figuresOf = async (name: string) => {
      const one = stack.functions.find(({ service }) => service === name);
      if (one === undefined) throw new Error(`bench: no function was made for ${name}`);
      const variables = {
        ...VARIABLES,
        NODE_OPTIONS: `${one.variables['NODE_OPTIONS']} ${heapBounds(one.memorySize)}`,
      };
      const start = () => startFunction({ client, deployed: one, endpoint: database.endpoint, variables });
      return measureFunction(start, invocations);
    };
    const tick = await figuresOf(healthy.name);
    const check = await figuresOf(WATCHDOG);
    const measuredOn = toIso(systemClock.now()).slice(0, 10);
    return { measured: measuredOn, machine: await machineOf(client.node), invocations, tick, check };
  } finally {
    await database.close();
    removeOutputs();
  }
}

/** Returns the options of Node with which Lambda bounds the heap, in proportion to the function's memory (in MB). */
function heapBounds(memorySize: number): string {
  const share = (percent: number) => Math.floor((memorySize * percent) / 100);
  return `--max-semi-space-size=${share(5)} --max-old-space-size=${share(90)}`;
}

async function machineOf(node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, ['--version']);
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown'}, ${gigabytes} GB, ${platform()} ${arch()}, Node ${stdout.trim()}`;
}
