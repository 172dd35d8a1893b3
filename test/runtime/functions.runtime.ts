/**
 * The bundles as they are deployed, under the runtime interface client that Lambda runs them with, on a DynamoDB over
 * the wire.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CATALOG, entryOf, removeOutputs } from '../support/stack-kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { type Deployed, deployed } from './deployed.ts';
import { deaf, halting, untidy } from './fixtures/services.ts';
import { type FunctionProcess, type Line, type StartOptions, startFunction } from './function-process.ts';
import { type RuntimeClient, runtimeClient } from './runtime-client.ts';

const run = promisify(execFile);
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));

let client: RuntimeClient;
let stack: Deployed;
const database = useDatabase();
const started: FunctionProcess[] = [];

beforeAll(async () => {
  client = await runtimeClient();
  const services = [halting, deaf, untidy].map((service) => entryOf(service, fixture(service.name)));
  stack = deployed([...CATALOG, ...services]);
  const { documents } = database;
  for (const table of stack.tables) await documents.send(new CreateTableCommand(table));
});

afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

afterAll(async () => {
  removeOutputs();
});

async function start(service: string, variables: StartOptions['variables'] = {}): Promise<FunctionProcess> {
  const made = stack.functions.find((one) => one.service === service);
  if (made === undefined) throw new Error(`no function was made for ${service}`);
  const options = { client, deployed: made, endpoint: database.endpoint, variables };
  const one = await startFunction(options);
  started.push(one);
  return one;
}

/** A due time of a service that is due every minute: the newest one, or one after it. */
function due(minutes = 0): { readonly scheduledFor: string } {
  return { scheduledFor: new Date((Math.floor(Date.now() / 60_000) + minutes) * 60_000).toISOString() };
}

const STATUS = { action: 'status' };
/** A function writes metrics only if it is asked to. */
const DETAILED = { TICKOVER_METRICS: 'detailed' };
const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Line);

describe('a function under the real runtime', () => {
  it('runs on the Node that the stack asks for', async () => {
    const asked = new Set(stack.functions.map(({ runtime }) => runtime));
    const { stdout } = await run(client.node, ['--version']);

    expect([...asked]).toEqual(['nodejs24.x']);
    expect(stdout).toMatch(/^v24\./);
  });

  it.each(CATALOG.map(({ service }) => service.name))('%s starts and runs once by hand', async (name) => {
    const one = await start(name);

    const result = await one.invoke({ action: 'run-once' });

    expect(result).toMatchObject({
      answer: { action: 'run-once', service: name, outcome: 'succeeded', error: null },
    });
  });

  it('takes an event in and gives the answer out, and knows the tick when it comes again', async () => {
    const one = await start('check-endpoints');
    const event = { ...due(1), executionId: 'd32c5kddcf5bb8c3', attempt: '1' };

    const first = await one.invoke(event);
    const second = await one.invoke(event);

    const { service, scheduledFor: tick } = { service: 'check-endpoints', ...event };
    expect(first).toMatchObject({ answer: { service, tick, disposition: 'ran', outcome: 'succeeded', result: [] } });
    expect(second).toMatchObject({ answer: { service, tick, disposition: 'skipped', reason: 'duplicate' } });
  });

  it('writes one JSON object a line, its metrics unwrapped, and nothing by way of the runtime', async () => {
    const one = await start('check-endpoints', DETAILED);
    const { scheduledFor } = due(2);
    await one.invoke({ scheduledFor });

    const { stdout, stderr, telemetry } = await one.end();

    expect(parsed(stdout)).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'No endpoints are configured; set TICKOVER_ENDPOINTS.' }),
      expect.objectContaining({ level: 'INFO', message: 'tick', service: 'check-endpoints', tick: scheduledFor }),
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Tickover-prod',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'FailureStreak', Unit: 'Count' },
                { Name: 'BackoffCount', Unit: 'Count' },
                { Name: 'Halted', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
                { Name: 'Lateness', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'check-endpoints',
        FailureStreak: 0,
        BackoffCount: 0,
        Halted: 0,
        Duration: expect.any(Number),
        Lateness: expect.any(Number),
      },
    ]);
    expect({ stderr, telemetry }).toEqual({ stderr: [], telemetry: [] });
  });

  it('reports an event that it cannot read as an error of its own name, and takes the next', async () => {
    const one = await start('check-endpoints');

    const result = await one.invoke({ action: 'explode' });
    const next = await one.invoke(STATUS);

    expect(result).toMatchObject({ error: { errorType: 'MalformedEventError' } });
    expect(result).toMatchObject({ error: { errorMessage: expect.stringContaining('nothing was done') } });
    expect(next).toMatchObject({ answer: { action: 'status' } });
  });
});

describe('a function that halts', () => {
  const FAILED = 'halting: the invocation failed; its error says what follows';
  const MESSAGE = 'halting: halted: TypeError: rows is not iterable in https://***@db.example/rows';

  it('fails its invocation once, with names and sources as written and credentials masked, and skips from then on', async () => {
    const one = await start('halting', DETAILED);

    const first = await one.invoke(due());
    const second = await one.invoke(due(1));
    const { stdout, stderr, telemetry } = await one.end();

    expect(first).toMatchObject({ error: { errorType: 'ServiceHaltedError', errorMessage: MESSAGE } });
    expect(JSON.stringify(first)).toContain('lib/tick/run-tick.ts:');
    expect(second).toMatchObject({ answer: { disposition: 'skipped', reason: 'halted', error: null } });
    expect(parsed(stdout)).toMatchObject([
      { service: 'halting', FailureStreak: 0, Halted: 1 },
      { message: 'tick', reason: 'halted' },
      { service: 'halting', Halted: 1 },
    ]);
    expect(parsed(stderr)).toMatchObject([
      { level: 'ERROR', message: 'tick', outcome: 'fatal', verdict: 'halted', errorClass: 'TypeError' },
      { level: 'ERROR', message: FAILED, error: { name: 'ServiceHaltedError', message: MESSAGE } },
    ]);
    expect(stderr[0]).toContain('test/runtime/fixtures/services.ts:');
    expect(parsed(telemetry)).toMatchObject([
      {
        level: 'ERROR',
        message: { errorType: 'ServiceHaltedError', errorMessage: MESSAGE, code: 'service-halted', service: 'halting' },
      },
    ]);
    expect(JSON.stringify([first, second, stdout, stderr, telemetry])).not.toContain('hunter2');
  });
});

describe('a function whose workload is past its deadline and ignores its signal', () => {
  it('has its outcome committed and logged, and then its process ends within the invocation', async () => {
    const one = await start('deaf', DETAILED);

    const result = await one.invoke(due());
    const { code, stdout, stderr, telemetry } = await one.ended();
    const later = await start('deaf');
    const status = await later.invoke(STATUS);

    expect(result).toEqual({ exited: 1 });
    expect(code).toBe(1);
    expect(parsed(stdout)).toMatchObject([{ service: 'deaf', FailureStreak: 1, Halted: 0 }]);
    expect(parsed(stderr)).toMatchObject([
      { level: 'WARN', message: 'tick', disposition: 'ran', outcome: 'timed-out' },
    ]);
    expect(telemetry).toEqual([]);
    expect(status).toMatchObject({
      answer: { status: 'failing', streak: 1, lease: { run: 1 }, runs: [{ outcome: 'timed-out' }] },
    });
  });
});

describe('a function that leaves something behind', () => {
  it('has that reported as of the run that left it, fails no other by it, and ends its process once the next tick is over', async () => {
    const one = await start('untidy');

    const first = await one.invoke(due());
    const second = await one.invoke(due(1));
    const { stdout, stderr, telemetry } = await one.ended();

    expect(first).toMatchObject({ answer: { outcome: 'succeeded', fence: 1 } });
    expect(second).toEqual({ exited: 1 });
    expect(parsed(stdout).filter(({ message }) => message === 'tick')).toMatchObject([
      { fence: 1, outcome: 'succeeded', crashesBooked: 0 },
      { fence: 2, outcome: 'succeeded', crashesBooked: 0 },
    ]);
    expect(parsed(stderr)).toMatchObject([{ level: 'ERROR', fence: 1, error: { message: 'left behind' } }]);
    expect(telemetry).toEqual([]);
  });
});

describe('a function whose DynamoDB is away', () => {
  it('runs nothing, and fails its invocation with what follows from that', async () => {
    const one = await start('check-endpoints', { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' });

    const result = await one.invoke(due(3));
    const { stdout, telemetry } = await one.end();

    expect(result).toMatchObject({
      error: { errorType: 'StoreError', errorMessage: expect.stringMatching(/ECONNREFUSED.*the tick did not run$/) },
    });
    expect(stdout).toEqual([]);
    expect(parsed(telemetry)).toMatchObject([{ level: 'ERROR', message: { errorType: 'StoreError' } }]);
  });
});

describe('a function that lacks what it needs', () => {
  it('reports it at its start, before it takes an invocation', async () => {
    const one = await start('check-endpoints', { TICKOVER_TABLE: undefined });

    const { code, initErrors, telemetry } = await one.ended();

    expect(code).toBe(1);
    expect(initErrors).toMatchObject([
      {
        type: 'InvalidOptionsError',
        errorType: 'InvalidOptionsError',
        errorMessage: 'environment: TICKOVER_TABLE: expected the name of the state table, got none',
      },
    ]);
    expect(parsed(telemetry)).toMatchObject([{ level: 'ERROR', message: { errorType: 'InvalidOptionsError' } }]);
  });
});
