import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoFlowRunStore } from '../../lib/flow-runs/index.ts';
import { openDatabase } from '../../lib/local/index.ts';

let room: string;
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'tickover-cli-'));
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string[];
  readonly err: string[];
}

/** The command in a process of its own, with nothing of AWS in its environment. */
function flowRuns(...words: string[]): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/cli/flow-runs.ts', ...words], { env: { PATH, HOME } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    output.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    output.err += text.toString();
  });
  const lines = (text: string) => text.split('\n').filter(Boolean);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out: lines(output.out), err: lines(output.err) }));
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(room, name), text);
  return join(room, name);
}

const line = (id: string, fields: object = {}) =>
  JSON.stringify({
    id,
    name: `run ${id}`,
    state_type: 'SCHEDULED',
    next_scheduled_start_time: '2024-11-05T02:00:00Z',
    ...fields,
  });

test('the sample is imported and listed by processes that come one after the other', async () => {
  const directory = join(room, 'alone');

  const imported = await flowRuns('import', 'samples/flow-runs.json', '--directory', directory);
  const listed = await flowRuns('list', '--directory', directory);
  const late = await flowRuns('list', '--state', 'late', '--directory', directory);

  expect(imported).toEqual({ code: 0, out: ['13 flow runs imported, 0 not understood'], err: [] });
  expect(listed).toMatchObject({ code: 0, err: [] });
  expect(listed.out).toHaveLength(15);
  expect(listed.out[0]).toBe('NAME                      STATE          NEXT START            DEPLOYMENT');
  expect(listed.out.at(-1)).toBe('13 flow runs');
  expect(late.out).toEqual([
    'NAME                      STATE          NEXT START            DEPLOYMENT',
    'patient-marmot            Late           2024-11-04T02:00:00Z  0530a59e-cc60-5bb4-ad84-e99c562d87cf',
    '1 flow run in state late',
  ]);
});

test('the command lists bad lines by number, imports the rest and shows it in its exit code', async () => {
  const runs = file('mixed.jsonl', `${line('a')}\nnot json\n${line('b')}\n${line('c', { state_type: 'ODD' })}\n`);
  const directory = join(room, 'mixed');

  const imported = await flowRuns('import', runs, '--directory', directory);
  const listed = await flowRuns('list', '--directory', directory);

  expect(imported.code).toBe(1);
  expect(imported.out).toEqual(['2 flow runs imported, 2 not understood']);
  expect(imported.err).toHaveLength(2);
  expect(imported.err.join('\n')).toContain(`${runs}: line 2: expected a flow run as JSON, got 'not json'`);
  expect(imported.err.join('\n')).toContain(`${runs}: line 4: state_type: expected one of SCHEDULED,`);
  expect(listed.out.at(-1)).toBe('2 flow runs');
});

test('a file that cannot be read, or holds nothing, is one clear line, and no database is made', async () => {
  const directory = join(room, 'none');
  const at = ['--directory', directory];

  const missing = await flowRuns('import', join(room, 'missing.json'), ...at);
  const folder = await flowRuns('import', room, ...at);
  const empty = await flowRuns('import', file('empty.json', ' \n'), ...at);

  expect(missing).toEqual({
    code: 1,
    out: [],
    err: [`flow-runs: ${join(room, 'missing.json')}: there is no such file`],
  });
  expect(folder).toEqual({ code: 1, out: [], err: [`flow-runs: ${room}: is a directory, expected a file`] });
  expect(empty).toEqual({
    code: 1,
    out: [],
    err: [`flow-runs: ${join(room, 'empty.json')}: is empty, expected flow runs as a JSON array or JSON lines`],
  });
  expect(existsSync(directory)).toBe(false);
});

test('an endpoint that is no URL, or that nobody answers at, is one clear line', async () => {
  const odd = await flowRuns('list', '--endpoint', 'foo');
  const unreachable = await flowRuns('list', '--endpoint', 'http://127.0.0.1:1');

  expect(odd.code).toBe(1);
  expect(odd.err[0]).toBe("error: option '--endpoint <url>' argument 'foo' is invalid. expected an http or https URL");
  expect(unreachable).toEqual({ code: 1, out: [], err: ['flow-runs: connect ECONNREFUSED 127.0.0.1:1'] });
});

test('the command works on the runs of a process that serves the directory, and leaves it running, also by its endpoint', async () => {
  const directory = join(room, 'served');
  const database = await openDatabase({ directory });
  const runs = file('served.jsonl', `${line('a', { state: { id: 's', timestamp: '2024-11-05T03:00:00Z' } })}\n`);
  const older = file(
    'older.jsonl',
    `${line('a', { name: 'old', state: { id: 'r', timestamp: '2024-11-04T03:00:00Z' } })}\n`,
  );
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const nameOfA = async () => (await dynamoFlowRunStore(client, 'my-runs').get('a'))?.name;

  try {
    const imported = await flowRuns('import', runs, '--directory', directory, '--table', 'my-runs');
    expect(imported).toEqual({ code: 0, out: ['1 flow run imported, 0 not understood'], err: [] });
    expect(await nameOfA()).toBe('run a');

    const kept = await flowRuns('import', older, '--endpoint', database.endpoint, '--table', 'my-runs');
    expect(kept.out).toEqual([
      '0 flow runs imported, 1 kept as they are in a newer state (--overwrite replaces them), 0 not understood',
    ]);
    expect([kept.code, await nameOfA()]).toEqual([0, 'run a']);

    const replaced = await flowRuns(
      'import',
      older,
      '--overwrite',
      '--endpoint',
      database.endpoint,
      '--table',
      'my-runs',
    );
    expect(replaced.out).toEqual(['1 flow run imported, 0 not understood']);
    expect(await nameOfA()).toBe('old');
  } finally {
    client.destroy();
    await database.close();
  }
});

test('nothing of a file steers the terminal: not a line that is no JSON, nor the parser that cites it, nor a name', async () => {
  const directory = join(room, 'steered');
  const hostile = file(
    '\u001b[31mhostile.jsonl',
    `\u001b[2J\u009b{"id": \u202e\n[1, \u001b]\n{"id":"a","name":"\u001b[31m"}`,
  );
  const array = file('array.json', '[\u001b[2J\u0007\u202e]');

  const lines = await flowRuns('import', hostile, '--directory', directory);
  const whole = await flowRuns('import', array, '--directory', directory);
  const missing = await flowRuns('import', join(room, '\u001b[2Jmissing'), '--directory', directory);
  const option = await flowRuns('import', '--\u001b[2J', array, '--directory', directory);

  for (const { code, out, err } of [lines, whole, missing, option]) {
    expect(code).toBe(1);
    expect(err.length).toBeGreaterThan(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    expect([...out, ...err].filter((text) => /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(text))).toEqual([]);
  }
});

test('a list whose reader goes away ends in order, without a stack', async () => {
  const directory = join(room, 'head');
  const many = Array.from({ length: 2_000 }, (_, index) => line(`run-${index}`)).join('\n');
  await flowRuns('import', file('many.jsonl', many), '--directory', directory);
  const { PATH = '', HOME = '' } = process.env;
  const words = ['--import', 'tsx', 'lib/cli/flow-runs.ts', 'list', '--directory', directory];
  const child = spawn(process.execPath, words, { env: { PATH, HOME } });
  let err = '';
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });

  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));

  expect([code, err]).toEqual([0, '']);
});
