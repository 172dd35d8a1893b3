import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Machine, openMachine } from '../../lib/local/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { watchServices } from '../../lib/services/watch-services.ts';
import { testDatabase } from '../support/dynalite.ts';
import { stubborn } from './fixtures/stubborn.ts';

let directory: string;
let machine: Machine | undefined;
const lines: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-machine-'));
  lines.length = 0;
});

afterEach(async () => {
  await machine?.close();
  machine = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function openStubborn(where: { readonly endpoint?: string } = {}) {
  const entry = fileURLToPath(new URL('./fixtures/stubborn.ts', import.meta.url));
  const opened = await openMachine({
    ...where,
    directory,
    catalog: [{ service: stubborn, source: { entry } }],
    variables: { ...process.env, MARKS_STARTED: join(directory, 'started') },
    onLine: (line) => lines.push(line),
  });
  machine = opened;
  const [host] = opened.hosts;
  if (host === undefined) throw new Error('no host');
  // The timeout is short, as tests wait for it: the worker's start is not to use it up.
  await host.invoke({ action: 'status' });
  return host;
}

/** A service with a cron expression, on the function of another. */
async function openNightly() {
  const entry = fileURLToPath(new URL('./fixtures/stubborn.ts', import.meta.url));
  const service = defineService({ name: 'stubborn', interval: '1d', cron: '0 3 * * ? *' });
  machine = await openMachine({
    directory,
    catalog: [{ service, source: { entry } }],
    variables: { ...process.env, MARKS_STARTED: join(directory, 'started') },
    onLine: (line) => lines.push(line),
  });
  return machine;
}

test('a machine gives a service its secrets from the environment and from the file, and asks no AWS', async () => {
  const entry = fileURLToPath(new URL('./fixtures/secretive.ts', import.meta.url));
  const secrets = { API_TOKEN: 'ssm:/prod/token', DB_PASSWORD: 'secretsmanager:prod/db#password' } as const;
  const service = defineService({ name: 'secretive', interval: '5m', secrets });
  await writeFile(join(directory, 'secrets.env'), 'API_TOKEN=swordfish-in-file\nOTHER_SECRET=swordfish-of-others\n');
  machine = await openMachine({
    directory,
    catalog: [{ service, source: { entry } }],
    variables: { ...process.env, DB_PASSWORD: 'swordfish in a variable' },
    onLine: (line) => lines.push(line),
  });
  const answer = await machine.hosts[0]?.invoke({ action: 'run-once' });

  expect(answer).toMatchObject({
    outcome: 'succeeded',
    result: { lengths: [17, 23], API_TOKEN: '***', foreign: null },
  });
  await machine.close();
  expect(lines.join('\n')).toContain('token ***, password ***');
  expect(lines.join('\n')).not.toContain('swordfish');
});

test('a machine knows of which cron services a tick was decided before', async () => {
  const first = await openNightly();
  expect([...first.ticked]).toEqual([]);
  const scheduledFor = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  // By this mark it isn't the function's first run, which would ignore its signal.
  await writeFile(join(directory, 'started'), '');
  await first.hosts[0]?.invoke({ scheduledFor });
  await first.close();

  const second = await openNightly();

  expect([...second.ticked]).toEqual(['stubborn']);
});

const tickLines = () => lines.filter((line) => line.includes('"message":"tick"')).map((line) => JSON.parse(line));

describe('the bundles of several machines on one directory', () => {
  test('are kept apart: each has its own for as long as it is open, and takes them away', async () => {
    const database = await testDatabase();
    try {
      const elsewhere = await openStubborn({ endpoint: database.endpoint });
      const first = machine;
      await openStubborn();
      await machine?.close();
      machine = first;

      await elsewhere.end();
      expect(await elsewhere.invoke({ action: 'status' })).toMatchObject({ service: 'stubborn' });
      expect(await readdir(join(directory, 'functions'))).toEqual([expect.stringMatching(`^${process.pid}-`)]);
      await first?.close();
      expect(await readdir(join(directory, 'functions'))).toEqual([]);
    } finally {
      await database.close();
    }
  });

  test('are taken away by the next if their process has died, and by nobody else', async () => {
    const functions = join(directory, 'functions');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    for (const name of [`${gone}-old`, `${process.ppid}-other`, 'notes']) {
      await mkdir(join(functions, name), { recursive: true });
      await writeFile(join(functions, name, 'file'), '');
    }
    await openStubborn();
    await machine?.close();

    expect((await readdir(functions)).toSorted()).toEqual([`${process.ppid}-other`, 'notes'].toSorted());
  });

  test('leave nothing behind where one of them fails to open', async () => {
    const entry = join(directory, 'missing.ts');
    const opening = openMachine({
      directory,
      catalog: [{ service: stubborn, source: { entry } }],
      variables: process.env,
      onLine: expect.unreachable,
    });

    await expect(opening).rejects.toThrow('missing.ts');
    expect(await readdir(join(directory, 'functions'))).toEqual([]);
  });
});

describe('a function on one machine', () => {
  test('a workload that ignores its signal has its outcome written and logged before its worker ends; the next tick runs in a new one', async () => {
    const host = await openStubborn();
    const now = Math.floor(Date.now() / 60_000) * 60_000;

    await expect(host.invoke({ scheduledFor: new Date(now - 60_000).toISOString() })).rejects.toMatchObject({
      code: 'worker-ended',
    });
    expect(await host.invoke({ scheduledFor: new Date(now).toISOString() })).toMatchObject({ reason: 'overlap' });
    const { lease } = (await host.invoke({ action: 'status' })) as { lease: { until: string } };
    await sleep(Date.parse(lease.until) - Date.now() + 20);
    const next = await host.invoke({ scheduledFor: new Date(now).toISOString() });
    const status = (await host.invoke({ action: 'status' })) as { runs: { outcome: string }[] };

    expect(tickLines().map(({ outcome, fence, crashesBooked }) => ({ outcome, fence, crashesBooked }))).toEqual([
      { outcome: 'timed-out', fence: 1, crashesBooked: 0 },
      { outcome: undefined, fence: undefined, crashesBooked: 0 },
      { outcome: 'succeeded', fence: 2, crashesBooked: 0 },
    ]);
    expect(next).toMatchObject({ disposition: 'ran', outcome: 'succeeded', result: { ran: 'to its end' } });
    expect(status.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'timed-out']);
    expect(lines).toContain('printed by the workload');
  });

  test('a manual run that is recycled has its outcome in the status', async () => {
    const host = await openStubborn();

    await expect(host.invoke({ action: 'run-once' })).rejects.toMatchObject({ code: 'worker-ended' });
    const status = await host.invoke({ action: 'status' });

    expect(status).toMatchObject({
      status: 'failing',
      streak: 1,
      lease: { run: 1 },
      runs: [{ outcome: 'timed-out', manual: true }],
    });
  });

  test('an error of the handler comes with its class, and the worker serves on', async () => {
    const host = await openStubborn();

    await expect(host.invoke({ action: 'dance' })).rejects.toMatchObject({
      code: 'function-failed',
      errorClass: 'MalformedEventError',
      message: expect.stringContaining("action: expected 'run-once', 'status', 'pause' or 'resume', got 'dance'"),
    });
    expect(await host.invoke({ action: 'status' })).toMatchObject({
      service: 'stubborn',
      status: 'never-ran',
      build: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('watch-services is given the list of services, and watches all but itself', async () => {
    const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    machine = await openMachine({
      directory,
      catalog: [
        { service: stubborn, source: { entry: file('./fixtures/stubborn.ts') } },
        { service: watchServices, source: { entry: file('../../functions/watch-services.ts') } },
      ],
      services: ['watch-services'],
      variables: process.env,
      onLine: (line) => lines.push(line),
    });

    const answer = await machine.hosts[0]?.invoke({ action: 'run-once' });

    expect(answer).toMatchObject({ outcome: 'succeeded', result: { watched: 1, unhealthy: [] } });
    expect(lines.filter((line) => line.includes('_aws'))).toEqual([]);
  });
});
