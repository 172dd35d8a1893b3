/** Ends that come from outside: a terminal that is closed, a pipe without a reader, a disk that is full. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../lib/local/index.ts';
import { dynamoStateStore } from '../../lib/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT, type Started, startScript } from '../support/process.ts';

const START = 'lib/cli/start.ts';
const SERVICES = ['check-endpoints', 'mark-late-runs', 'watch-services'];

let directory: string;
const processes: Started[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-ends-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

function start(): Started {
  const started = startScript(START, ['--directory', directory]);
  processes.push(started);
  return started;
}

/** The services that hold a lease, or whose last run never wrote its end. */
async function unfinished(): Promise<string[]> {
  const database = await openDatabase({ directory, brief: true });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
  const store = dynamoStateStore(DynamoDBDocumentClient.from(client), 'tickover');
  const states = await Promise.all(SERVICES.map(async (name) => ({ name, state: await store.read(name) })));
  client.destroy();
  await database.close();
  return states.flatMap(({ name, state }) => (state !== undefined && state.fence !== state.countedUpTo ? [name] : []));
}

const RAN = / {2}mark-late-runs +succeeded/;

test('a terminal that is closed ends the services in order: nothing is left under way', async () => {
  const started = start();
  await started.line(RAN);

  expect(await started.end('SIGHUP')).toEqual({ code: 0, signal: null });

  expect(started.lines.slice(-1)).toEqual(['stopped']);
  expect(await unfinished()).toEqual([]);
});

test('a pipe whose reader has gone ends the services in order, in one line', async () => {
  const started = start();
  await started.line(RAN);
  const seen = started.lines.length;
  started.child.stdout?.destroy();

  expect(await once(started.child, 'close')).toEqual([0, null]);

  expect(started.lines.slice(seen).filter((line) => !/^\d\d:/.test(line))).toEqual([
    "start: the output can't be written (EPIPE); runs under way may finish, then it ends",
  ]);
  expect(await unfinished()).toEqual([]);
});

test('the second of two starts in one directory goes on when the first ends, on the same data', async () => {
  const first = start();
  await first.line(RAN);
  const second = start();
  await second.line(/ {2}mark-late-runs +/);
  await first.end('SIGTERM');
  await second.line(/the process that served .* has ended; this one does now$/);
  const seen = second.lines.length;
  // A tick between the two may fail to take its lease; it is tried again.
  const ran = () => second.lines.findIndex((line, index) => index >= seen && RAN.test(line));
  await eventually(() => (ran() >= 0 ? true : undefined));
  const since = ran();

  expect(await second.end('SIGTERM')).toEqual({ code: 0, signal: null });

  expect(second.lines.slice(since).join('\n')).not.toContain('ECONNREFUSED');
  expect(await unfinished()).toEqual([]);
});

/** Runs a command whose files may have so many kilobytes. */
async function limited(kilobytes: number, words: readonly string[]) {
  const script = `ulimit -f ${kilobytes}; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', script, process.execPath, '--import', 'tsx', ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  const [code] = await once(child, 'close');
  return { code: code as number | null, lines: text.trimEnd().split('\n') };
}

test.skipIf(process.platform === 'win32')('files that can not grow end a command in one line', async () => {
  const file = join(directory, 'runs.json');
  const run = (index: number) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: 'x'.repeat(390),
    state_type: 'SCHEDULED',
    state_name: 'Scheduled',
    next_scheduled_start_time: '2026-01-01T00:00:00Z',
  });
  await writeFile(file, JSON.stringify(Array.from({ length: 3_000 }, (_, index) => run(index))));

  const { code, lines } = await limited(1_024, ['lib/cli/flow-runs.ts', 'import', file, '--directory', directory]);

  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^flow-runs: database: .*: the data can't be written \(IO error: .*\); /),
  ]);
});
