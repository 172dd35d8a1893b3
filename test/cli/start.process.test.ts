import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../lib/local/index.ts';
import type { ServiceState } from '../../lib/rules/index.ts';
import { dynamoStateStore } from '../../lib/store/index.ts';
import { testDatabase } from '../support/dynalite.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { runScript, type Started, startScript } from '../support/process.ts';

const START = 'lib/cli/start.ts';
const SERVICES = ['check-endpoints', 'mark-late-runs'];
/** Time, service, what became of it, duration, streak, next due. */
const TICK_LINE =
  /^\d\d:\d\d:\d\d {2}(check-endpoints|mark-late-runs|watch-services) {17,18}(succeeded|failed|fatal|skipped: [a-z]+) +([\d.]+(ms|s))? {2}streak \d+ +next \d\d:\d\d:\d\d$/;

let directory: string;
const processes: Started[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-start-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

function start(args: readonly string[] = [], env: Record<string, string> = {}): Started {
  const started = startScript(START, ['--directory', directory, ...args], env);
  processes.push(started);
  return started;
}

const ran = (service: string) => new RegExp(`  ${service} +succeeded `);
const seen = (started: Started) => () => started.lines.join('\n');
const atLeast = (started: Started, pattern: RegExp, count: number) =>
  eventually(
    () => (started.lines.filter((line) => pattern.test(line)).length >= count ? true : undefined),
    seen(started),
  );

async function statesAt(endpoint: string): Promise<Record<string, ServiceState>> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const store = dynamoStateStore(DynamoDBDocumentClient.from(client), 'tickover');
  const states: Record<string, ServiceState> = {};
  for (const service of SERVICES) {
    const state = await store.read(service);
    if (state !== undefined) states[service] = state;
  }
  client.destroy();
  return states;
}

/** What is on disk, once nobody serves it. */
async function statesOnDisk(): Promise<Record<string, ServiceState>> {
  const database = await openDatabase({ directory, brief: true });
  try {
    return await statesAt(database.endpoint);
  } finally {
    await database.close();
  }
}

const hasPromtool = await new Promise<boolean>((resolve) => {
  execFile('promtool', ['--version'], (error) => resolve(error === null));
});

/** What promtool has to say of a page; nothing where it isn't installed. */
async function complaintsOfPromtool(page: string): Promise<string> {
  if (!hasPromtool) return '';
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(page);
  const code = await new Promise((resolve) => child.once('close', resolve));
  return code === 0 ? output : `exit ${code}: ${output}`;
}

interface LoggedTick {
  readonly message: string;
  readonly service: string;
  readonly tick: string;
  readonly disposition: string;
}

async function ticksLogged(): Promise<LoggedTick[]> {
  const text = await readFile(join(directory, 'log.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LoggedTick)
    .filter(({ message }) => message === 'tick');
}

describe('npm start', () => {
  test('runs all services on a new directory, ends on SIGTERM, and goes on where it left, after kill -9 too', async () => {
    const port = await freePort();
    const metrics = `http://127.0.0.1:${port}/metrics`;
    // What a shell may say about logs must not take away the lines that are shown.
    const quiet = { LOG_LEVEL: 'ERROR', POWERTOOLS_DEV: 'true' };
    const served = { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: port };
    const first = start([], { ...quiet, ...served });
    await Promise.all(SERVICES.map((service) => first.line(ran(service))));

    const listed = await runScript('lib/cli/flow-runs.ts', ['list', '--state', 'late', '--directory', directory]);
    const page = await fetch(metrics).then((answer) => answer.text());
    const firstEnd = await first.end('SIGTERM');
    const afterFirst = await statesOnDisk();

    expect(first.lines).toContain('a new database: 13 sample flow runs loaded');
    expect(listed.lines.at(-1)).toBe('6 flow runs in state late');
    expect(first.lines).toContain('check-endpoints every 60s');
    expect(first.lines).toContain('mark-late-runs every 5s');
    for (const line of first.lines.filter((text) => /^\d\d:/.test(text))) {
      expect(line).toMatch(TICK_LINE);
      expect(line.length).toBeLessThanOrEqual(100);
    }
    for (const service of SERVICES) {
      expect(page).toMatch(
        new RegExp(`^tickover_ticks_total\\{service="${service}",disposition="ran",reason=""\\} [1-9]`, 'm'),
      );
    }
    expect(await complaintsOfPromtool(page)).toBe('');
    expect(firstEnd).toEqual({ code: 0, signal: null });
    const stopping = first.lines.filter((text) => /^stop/.test(text));
    expect(stopping).toEqual(['stopping: runs under way may finish', 'stopped']);
    expect(first.lines.at(-1)).toBe('stopped');
    await expect(fetch(metrics)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(await ticksLogged()).toHaveLength(first.lines.filter((text) => TICK_LINE.test(text)).length);

    const second = start();
    await second.line(ran('mark-late-runs'));
    await second.end('SIGKILL');
    const afterSecond = await statesOnDisk();
    const third = start();
    await third.line(ran('mark-late-runs'));
    expect(await third.end('SIGINT')).toEqual({ code: 0, signal: null });
    const afterThird = await statesOnDisk();

    const fences = [afterFirst, afterSecond, afterThird].map((states) => states['mark-late-runs']?.fence ?? 0);
    expect(fences[0]).toBeGreaterThan(0);
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0);
    expect(fences[2]).toBeGreaterThan(fences[1] ?? 0);
    const { runs = [], fence, countedUpTo } = afterThird['mark-late-runs'] ?? {};
    expect(countedUpTo).toBe(fence);
    expect(runs.map(({ at }) => at)).toEqual(runs.map(({ at }) => at).toSorted((one, other) => one - other));
    for (const again of [second, third]) expect(again.lines.join('\n')).not.toContain('sample');
  });

  test('twice on one directory, they share the database, run no tick twice, and one may go', async () => {
    const port = await freePort();
    const served = { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: port };
    const first = start([], served);
    await first.line(ran('mark-late-runs'));
    const second = start([], served);
    await atLeast(second, / {2}mark-late-runs/, 2);
    const end = await second.end('SIGTERM');
    const before = first.lines.length;
    await eventually(() => (first.lines.length > before ? true : undefined), seen(first));

    const address = first.lines.find((line) => line.startsWith('DynamoDB at '));
    expect(second.lines[0]).toBe(address);
    expect(second.lines).toContain(
      `metrics: port ${port} on 127.0.0.1 is in use; metrics are not served, services go on`,
    );
    expect(end.code).toBe(0);
    const runs = (await ticksLogged()).filter(({ disposition }) => disposition === 'ran');
    const keys = runs.map(({ service, tick }) => `${service} ${tick}`);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    expect(new Set(keys).size).toBe(keys.length);
    expect((await ticksLogged()).filter(({ disposition }) => disposition === 'skipped')).not.toEqual([]);
  });

  test('the services run at the endpoint that is named, and a bad setting is shown below the tick that it fails', async () => {
    const database = await testDatabase();
    try {
      const started = start(['--endpoint', database.endpoint], { TICKOVER_ENDPOINTS: '[{"url":"nowhere"}]' });
      await started.line(ran('mark-late-runs'));
      await started.line(/ {2}check-endpoints +fatal /);
      const end = await started.end('SIGTERM');

      const failed = started.lines.findIndex((line) => /check-endpoints +fatal/.test(line));
      expect(started.lines.slice(failed + 1, failed + 3)).toEqual([
        '    InvalidOptionsError: check-endpoints: TICKOVER_ENDPOINTS[0].url: expected a URL of http or',
        "    https, got 'nowhere'",
      ]);
      expect(started.lines[0]).toBe(`DynamoDB at ${database.endpoint}`);
      expect(started.lines.join('\n')).not.toContain('sample');
      expect(end.code).toBe(0);
      const states = await statesAt(database.endpoint);
      expect(states['mark-late-runs']?.lastSuccess).toBeGreaterThan(0);
      expect(states['check-endpoints']?.streak).toBe(1);
      expect(existsSync(join(directory, 'dynamodb'))).toBe(false);
      expect(existsSync(join(directory, 'endpoint.json'))).toBe(false);
    } finally {
      await database.close();
    }
  });

  test('the command answers what it cannot work with by one clear line and exit code 1', async () => {
    const at = ['--directory', join(directory, 'none')];
    const [refusing, port, flag, endpoint] = await Promise.all([
      runScript(START, [...at, '--endpoint', 'http://127.0.0.1:1']),
      runScript(START, at, { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: 'many' }),
      runScript(START, [...at, '--port', '70000']),
      runScript(START, [...at, '--endpoint', 'somewhere']),
    ]);

    expect(refusing).toMatchObject({ code: 1, lines: ['start: connect ECONNREFUSED 127.0.0.1:1'] });
    expect(port).toMatchObject({
      code: 1,
      lines: ["start: metrics: TICKOVER_METRICS_PORT: expected a port from 0 to 65535, got 'many'"],
    });
    expect(flag).toMatchObject({
      code: 1,
      lines: [
        "error: option '--port <port>' argument '70000' is invalid. expected a port from 0 to 65535",
        '(--help shows what is possible)',
      ],
    });
    expect(endpoint.code).toBe(1);
    expect(endpoint.lines[0]).toBe(
      "error: option '--endpoint <url>' argument 'somewhere' is invalid. expected an http or https URL",
    );
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });
});
