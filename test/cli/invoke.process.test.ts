import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { ROOT, type Started, startScript } from '../support/process.ts';

let directory: string;
const processes: Started[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-invoke-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command in a process of its own, with nothing of AWS in its environment. */
function invoke(words: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/cli/invoke.ts', '--directory', directory, ...words], {
    cwd: ROOT,
    env: { PATH, HOME, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    output.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    output.err += text.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
}

/** The answer of a command that went well: all of standard output is JSON, and standard error is empty. */
async function answerTo(...words: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await invoke(words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Record<string, unknown>;
}

describe('npm run invoke', () => {
  test('alone on a directory it runs the service once and prints nothing but the answer; the next one finds what it left', async () => {
    const ran = await answerTo('mark-late-runs');
    const status = await answerTo('mark-late-runs', 'status');

    expect(ran).toMatchObject({
      action: 'run-once',
      service: 'mark-late-runs',
      tick: null,
      disposition: 'ran',
      outcome: 'succeeded',
      fence: 1,
      bypassed: [],
      stays: [],
    });
    expect(status).toMatchObject({
      action: 'status',
      status: 'steady',
      runs: [{ outcome: 'succeeded', manual: true }],
    });
  });

  test('the command pauses, runs by hand and resumes beside a running start, on the same state', async () => {
    const started = startScript('lib/cli/start.ts', ['--directory', directory]);
    processes.push(started);
    await started.line(/ {2}check-endpoints +succeeded/);

    const pause = { action: 'pause', reason: 'maintenance', by: 'me' };
    const paused = await answerTo('check-endpoints', JSON.stringify(pause));
    const skipped = await answerTo('check-endpoints', 'run-once');
    const forced = await answerTo('check-endpoints', '{"action":"run-once","force":true}');
    const resumed = await answerTo('check-endpoints', 'resume');
    const end = await started.end('SIGTERM');

    expect(paused).toMatchObject({ status: 'paused', cause: 'maintenance', pause: { by: 'me', until: null } });
    expect(skipped).toMatchObject({ disposition: 'skipped', reason: 'paused', nextDue: null });
    expect(forced).toMatchObject({
      disposition: 'ran',
      outcome: 'succeeded',
      bypassed: ['pause'],
      stays: ['pause'],
      result: [{ ok: true, status: 200 }],
    });
    expect(resumed).toMatchObject({ action: 'resume', status: 'steady', pause: null, ended: { pause: 'maintenance' } });
    expect(end.code).toBe(0);
  });

  test('a run that fails is an answer like any other', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const { code, out, err } = await invoke(['check-endpoints'], { TICKOVER_ENDPOINTS: JSON.stringify([{ url }]) });

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining(`GET ${url}: `) },
    });
  });

  test('--input reaches the function, which answers that the service takes none', async () => {
    const { code, out } = await invoke(['check-endpoints', '--input', '{"pages":1}']);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ error: 'invalid-input', service: 'check-endpoints', more: 0 });
  });

  test('--verbose shows the whole log on standard error, and standard output stays JSON', async () => {
    const { code, out, err } = await invoke(['mark-late-runs', '--verbose']);
    const messages = err
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'succeeded' });
    expect(messages).toContain('tick');
  });

  test('the command answers what it cannot do by one clear line on standard error and exit code 1, and starts nothing', async () => {
    const unknown = await invoke(['sweep-tables']);
    const near = await invoke(['check-endpoint']);
    const odd = await invoke(['check-endpoints', '{"action":']);
    const mistyped = await invoke(['check-endpoints', 'staus']);
    const malformed = await invoke(['check-endpoints', '{"action":"dance"}']);
    const nothing = await invoke([]);

    const services = 'check-endpoints or mark-late-runs or watch-services';
    const actions = "'run-once', 'status', 'pause' or 'resume'";
    const malformedEvent = 'invoke: check-endpoints: the event is malformed: action: expected';
    const refused = (line: string) => ({ code: 1, out: '', err: `${line}\n` });
    expect(unknown).toEqual(refused(`invoke: service: expected ${services}, got 'sweep-tables'`));
    expect(near).toEqual(
      refused(`invoke: service: expected ${services}, got 'check-endpoint'; did you mean 'check-endpoints'?`),
    );
    expect(odd).toEqual(refused(`invoke: payload: expected JSON or the name of an action, got '{"action":'`));
    expect(mistyped).toEqual(
      refused(`${malformedEvent} ${actions}, got 'staus'; nothing was done; did you mean 'status'?`),
    );
    expect(malformed).toEqual(refused(`${malformedEvent} ${actions}, got 'dance'; nothing was done`));
    expect({ code: nothing.code, line: nothing.err.split('\n')[0] }).toEqual({
      code: 1,
      line: "error: missing required argument 'service'",
    });
    expect(await readdir(directory)).toEqual([]);
  });
});
