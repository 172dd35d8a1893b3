/**
 * Functions as Lambda runs them: bundled, in a plain process with Lambda's environment, on a DynamoDB over the wire.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunction } from '../../lib/local/functions/bundle.ts';
import { checkEndpoints } from '../../lib/services/check-endpoints.ts';
import { TABLE } from '../support/dynalite.ts';
import { useDatabase } from '../support/use-database.ts';

type Line = Readonly<Record<string, unknown>>;

interface Ended {
  readonly code: number | null;
  /** What the handler answered or threw, one for each event. */
  readonly results: readonly { readonly answer?: Line; readonly error?: Line }[];
  readonly log: readonly Line[];
  readonly metrics: readonly Line[];
  readonly stderr: string;
}

const database = useDatabase();
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'functions-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The bundle of a function, with a stand-in of Lambda's runtime in it. */
async function bundled(name: string, functionFile: string): Promise<string> {
  const entry = join(directory, `${name}.ts`);
  const lines = [
    `import { handler } from ${JSON.stringify(functionFile)};`,
    `import { invokeEach } from ${JSON.stringify(path('./fixtures/runtime.ts'))};`,
    'await invokeEach(handler);',
    'export { handler };',
  ];
  await writeFile(entry, lines.join('\n'));
  const { file } = await bundleFunction({ service: { ...checkEndpoints, name }, source: { entry } }, directory);
  return file;
}

/** One process of the function, from its cold start to its end. */
async function invoked(
  file: string,
  events: readonly unknown[],
  variables: Record<string, string> = {},
): Promise<Ended> {
  const env = {
    AWS_LAMBDA_FUNCTION_NAME: 'tickover-function',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    TICKOVER_TABLE: TABLE,
    TICKOVER_BUILD: 'b1',
    TICKOVER_METRICS: 'detailed',
    ...variables,
  };
  const child = spawn(process.execPath, [file, JSON.stringify(events)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, answers] = await Promise.all(
    [child.stdout, child.stderr, child.stdio[3]].map((stream) => text(stream as Readable)),
  );
  const parsed = (whole = '') => whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  const lines = parsed(stdout);
  return {
    code: await code,
    results: parsed(answers),
    log: lines.filter((line) => !('_aws' in line)),
    metrics: lines.filter((line) => '_aws' in line),
    stderr: stderr ?? '',
  };
}

/** The newest due time of a service that is due every minute, in real time. */
function thisMinute(): string {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
}

const STATUS = { action: 'status' };

describe('a healthy function', () => {
  it('runs a tick, leaves one line and its metrics, and shows its status in a later process', async () => {
    const file = await bundled('check-endpoints', path('../../functions/check-endpoints.ts'));
    const scheduledFor = thisMinute();
    const event = { scheduledFor, executionId: 'd32c5kddcf5bb8c3', attempt: '1' };

    const first = await invoked(file, [event, event]);
    const second = await invoked(file, [STATUS]);

    expect(first).toMatchObject({ code: 0, results: [{ answer: {} }, { answer: {} }] });
    expect(first.results.map(({ answer }) => answer)).toMatchObject([
      {
        service: 'check-endpoints',
        tick: scheduledFor,
        disposition: 'ran',
        outcome: 'succeeded',
        fence: 1,
        result: [],
      },
      { service: 'check-endpoints', tick: scheduledFor, disposition: 'skipped', reason: 'duplicate' },
    ]);
    expect(first.log).toMatchObject([
      { level: 'INFO', message: 'No endpoints are configured; set TICKOVER_ENDPOINTS.' },
      {
        level: 'INFO',
        message: 'tick',
        service: 'check-endpoints',
        outcome: 'succeeded',
        executionId: event.executionId,
      },
      { level: 'INFO', message: 'tick', service: 'check-endpoints', reason: 'duplicate' },
    ]);
    expect(first.metrics).toMatchObject([
      {
        service: 'check-endpoints',
        FailureStreak: 0,
        Halted: 0,
        Duration: expect.any(Number),
        _aws: { CloudWatchMetrics: [{ Namespace: 'Tickover', Dimensions: [['service']] }] },
      },
      { service: 'check-endpoints', SkippedDuplicate: 1 },
    ]);
    expect(second.results.map(({ answer }) => answer)).toMatchObject([
      {
        action: 'status',
        status: 'steady',
        lastTick: scheduledFor,
        runs: [{ at: scheduledFor, outcome: 'succeeded' }],
        policy: { backoff: 4, onFatal: 'continue' },
        build: 'b1',
      },
    ]);
    expect(second.metrics).toEqual([]);
  });
});

describe('an operator', () => {
  it('pauses, runs by hand and resumes a function over processes, before its first tick', async () => {
    const file = await bundled('mark-late-runs', path('../../functions/mark-late-runs.ts'));
    const halting = await bundled('halting', path('./fixtures/halting.ts'));
    const tick = { scheduledFor: thisMinute() };
    const pause = { action: 'pause', reason: 'späte Wartung', by: 'ada' };

    const first = await invoked(file, [pause, tick, { action: 'run-once' }]);
    const second = await invoked(file, [{ action: 'resume' }, { action: 'resume' }]);
    const third = await invoked(halting, [{ action: 'run-once' }, tick, { action: 'resume' }, STATUS], {
      HALTING_NAME: 'halting-by-hand',
    });

    expect(first.results).toMatchObject([
      { answer: { action: 'pause', status: 'paused', pause: { reason: 'späte Wartung', by: 'ada' } } },
      { answer: { disposition: 'skipped', reason: 'paused', nextDue: null } },
      { answer: { action: 'run-once', reason: 'paused', stays: ['pause'] } },
    ]);
    expect(second.results).toMatchObject([
      { answer: { action: 'resume', status: 'never-ran', ended: { pause: 'späte Wartung' } } },
      { answer: { action: 'resume', status: 'never-ran', ended: { pause: null } } },
    ]);
    expect(second.metrics).toMatchObject([
      { FailureStreak: 0, Halted: 0 },
      { FailureStreak: 0, Halted: 0 },
    ]);
    expect(third.results).toMatchObject([
      { answer: { outcome: 'fatal', verdict: 'halted', stays: ['halt'] } },
      { answer: { disposition: 'skipped', reason: 'halted' } },
      { answer: { ended: { halt: 'TypeError: rows is not iterable' } } },
      { answer: { status: 'steady', halt: null, failures: [{ class: 'TypeError' }] } },
    ]);
  });
});

describe('a function that halts', () => {
  it('throws once, with its metrics out before; a later process skips', async () => {
    const file = await bundled('halting', path('./fixtures/halting.ts'));
    const tick = Date.parse(thisMinute());
    const due = (minutes: number) => ({ scheduledFor: new Date(tick + minutes * 60_000).toISOString() });

    const first = await invoked(file, [due(0)]);
    const second = await invoked(file, [due(1), STATUS]);

    expect(first.results).toEqual([
      { error: { name: 'ServiceHaltedError', message: 'halting: halted: TypeError: rows is not iterable' } },
    ]);
    expect(first.metrics).toMatchObject([{ service: 'halting', FailureStreak: 0, Halted: 1 }]);
    expect(first.stderr).toContain('"message":"tick"');
    expect(second.results).toMatchObject([
      { answer: { disposition: 'skipped', reason: 'halted' } },
      { answer: { status: 'halted', cause: 'TypeError: rows is not iterable' } },
    ]);
    expect(second.metrics).toMatchObject([{ service: 'halting', Halted: 1 }]);
  });
});

describe('a function whose workload ignores its signal', () => {
  it('ends its process once outcome, line and metrics are out; a later process shows the outcome', async () => {
    const file = await bundled('deaf', path('./fixtures/deaf.ts'));

    const first = await invoked(file, [{ scheduledFor: thisMinute() }, STATUS]);
    const second = await invoked(file, [STATUS]);

    expect(first).toMatchObject({ code: 1, results: [] });
    expect(first.stderr).toContain('"outcome":"timed-out"');
    expect(first.metrics).toMatchObject([{ service: 'deaf', FailureStreak: 1, Halted: 0 }]);
    expect(second.results).toMatchObject([
      // Its lease outlives the process that it was kept for.
      { answer: { status: 'failing', streak: 1, lease: { run: 1 }, runs: [{ outcome: 'timed-out' }] } },
    ]);
  });
});

describe('a function whose environment is wrong', () => {
  it('does not start, and names every variable at fault', async () => {
    const file = await bundled('halting', path('./fixtures/halting.ts'));

    const { code, results, stderr } = await invoked(file, [STATUS], { TICKOVER_TABLE: '', TICKOVER_INTERVAL: '5' });

    expect({ code, results }).toEqual({ code: 1, results: [] });
    expect(stderr).toContain(
      "InvalidOptionsError: environment: TICKOVER_TABLE: expected the name of the state table, got ''; TICKOVER_INTERVAL: expected a duration from 0.1 s up to 366 days, such as '5m', got '5'",
    );
  });
});
