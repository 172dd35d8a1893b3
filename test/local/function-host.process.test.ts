import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bundle, bundleFunction } from '../../lib/local/functions/bundle.ts';
import { environmentOf } from '../../lib/local/functions/environment.ts';
import { type FunctionHost, hostFunction, splitPrinted } from '../../lib/local/functions/function-host.ts';
import { buildId, type Service, withInterval } from '../../lib/service/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { type Clock, systemClock } from '../../lib/time/index.ts';
import { testDatabase } from '../support/dynalite.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/use-database.ts';
import { manySlots } from './fixtures/many-slots.ts';
import { wayward } from './fixtures/wayward.ts';

let bundles: string;
const database = useDatabase();
let bundled: { wayward: Bundle; manySlots: Bundle };

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'tickover-bundles-'));
  const bundle = (service: Service) =>
    bundleFunction(
      { service, source: { entry: fileURLToPath(new URL(`./fixtures/${service.name}.ts`, import.meta.url)) } },
      bundles,
    );
  bundled = { wayward: await bundle(wayward), manySlots: await bundle(manySlots) };
});

afterAll(async () => {
  await rm(bundles, { recursive: true, force: true });
});

let directory: string;
let tables = 0;
let lines: string[];
const hosts: FunctionHost[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-host-'));
  lines = [];
});

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.end()));
  await rm(directory, { recursive: true, force: true });
});

interface Differences {
  readonly service?: Service;
  readonly clock?: Clock;
}

/** A host of the function, on a table of its own. */
async function hostOf(bundle: Bundle, { service, clock }: Differences = {}): Promise<FunctionHost> {
  const table = `table-${++tables}`;
  await testDatabase(database.endpoint, table).then(({ close }) => close());
  const host = hostFunction({
    service: service ?? bundle.service,
    bundle,
    env: {
      ...environmentOf(
        { endpoint: database.endpoint, embedded: false, shared: false },
        { ...process.env, TICKOVER_TABLE: table },
      ),
      WAY: join(directory, 'way'),
    },
    clock: clock ?? systemClock,
    onLine: (line) => lines.push(line),
  });
  hosts.push(host);
  return host;
}

const go = (way: string) => writeFile(join(directory, 'way'), way);
const MINUTE = 60_000;
const thisMinute = Math.floor(Date.now() / MINUTE) * MINUTE;
const due = (minutes: number) => ({ scheduledFor: new Date(thisMinute + minutes * MINUTE).toISOString() });

interface TickLine {
  readonly disposition: string;
  readonly outcome?: string;
  readonly crashesBooked: number;
}
const tickLines = (): TickLine[] =>
  lines.filter((line) => line.includes('"message":"tick"')).map((line) => JSON.parse(line) as TickLine);

const begun = (way: string) =>
  eventually(async () => {
    const seen = await readFile(join(directory, 'way.begun'), 'utf8').catch(() => '');
    return seen === way ? true : undefined;
  });

const thread = () => readFile(join(directory, 'way.thread'), 'utf8');

interface StrayErrorLine {
  readonly level: string;
  readonly message: string;
  readonly fence: number;
  readonly tick: string;
  readonly error: { readonly name: string; readonly text: string };
}
const strayErrorLines = (): StrayErrorLine[] =>
  lines.filter((line) => /"message":"wayward: run \d+ (left|threw)/.test(line)).map((line) => JSON.parse(line));

describe('a bundle', () => {
  test("has the build id of its code and its service's policy, as a deploy computes it", async () => {
    for (const { service, file, build } of [bundled.wayward, bundled.manySlots]) {
      expect(build).toBe(buildId(await readFile(file, 'utf8'), service));
    }
    expect(bundled.wayward.build).not.toBe(bundled.manySlots.build);
  });
});

const SOURCE = fileURLToPath(new URL('./fixtures/wayward.ts', import.meta.url));

describe('a worker in which something throws that is no run of it', () => {
  test('ends, its error is shown with its stack, and the next invocation has another worker', async () => {
    const host = await hostOf(bundled.wayward);
    await go('yields');
    const ended = expect(host.invoke(due(-1))).rejects.toMatchObject({
      code: 'worker-ended',
      message:
        'wayward: the worker ended before it answered (RangeError: thrown outside the handler); the next invocation starts another',
    });
    await begun('yields');
    await go('the module throws');
    await ended;
    await go('straight');
    const status = await host.invoke({ action: 'status' });

    expect(lines).toContain('wayward: the worker is ended by an error that nothing in it caught');
    expect(lines).toContain('RangeError: thrown outside the handler');
    expect(lines.filter((line) => line.includes(`${SOURCE}:`))).not.toEqual([]);
    expect(status).toMatchObject({ status: 'running', runs: [] });
  });
});

describe('a run that throws where nothing can catch it', () => {
  test('has failed with that at once, and only its worker ends', async () => {
    const host = await hostOf(bundled.wayward);
    await go('throws');

    await expect(host.invoke(due(-1))).rejects.toMatchObject({ code: 'worker-ended' });
    await go('straight');
    const status = await host.invoke({ action: 'status' });

    expect(strayErrorLines()).toMatchObject([
      { level: 'ERROR', fence: 1, tick: due(-1).scheduledFor, error: { name: 'RangeError' } },
    ]);
    expect(strayErrorLines()[0]?.error.text).toContain(SOURCE);
    expect(status).toMatchObject({
      status: 'halted',
      cause: 'RangeError: thrown outside the handler',
      runs: [{ outcome: 'fatal' }],
    });
  });
});

describe('a promise that a run leaves behind and that is rejected', () => {
  test('a rejection while the run goes on is reported as its own, and its worker is replaced once everybody has their answer', async () => {
    const host = await hostOf(bundled.wayward);
    await go('rejects');
    const answer = host.invoke(due(-1));
    await begun('rejects');
    const status = await host.invoke({ action: 'status' });
    const first = await thread();

    expect(await answer).toMatchObject({ outcome: 'succeeded', fence: 1, result: 'rejects' });
    expect(status).toMatchObject({ status: 'running' });
    await go('straight');
    expect(await host.invoke(due(0))).toMatchObject({ outcome: 'succeeded', fence: 2 });
    expect(await thread()).not.toBe(first);
    expect(strayErrorLines()).toMatchObject([{ fence: 1, error: { name: 'TypeError' } }]);
    expect(strayErrorLines()[0]?.message).toBe(
      'wayward: run 1 left a promise that was rejected while nobody waited for it; the process is ended once a scheduled tick is over',
    );
  });

  test('a rejection after the run is reported as its own, costs no other tick, and the worker is replaced after that', async () => {
    const host = await hostOf(bundled.wayward);
    await go('rejects later');
    await host.invoke(due(-2));
    const first = await thread();
    await go('now');
    await eventually(() => (strayErrorLines().length > 0 ? true : undefined));
    await go('straight');

    expect(await host.invoke(due(-1))).toMatchObject({ outcome: 'succeeded', fence: 2, result: 'straight' });
    expect(await thread()).toBe(first);
    expect(await host.invoke(due(0))).toMatchObject({ outcome: 'succeeded', fence: 3 });
    expect(await thread()).not.toBe(first);
    expect(strayErrorLines()).toMatchObject([{ fence: 1, tick: due(-2).scheduledFor, error: { name: 'TypeError' } }]);
    expect(tickLines().map(({ outcome, crashesBooked }) => [outcome, crashesBooked])).toEqual([
      ...[
        ['succeeded', 0],
        ['succeeded', 0],
        ['succeeded', 0],
      ],
    ]);
  });
});

describe('a workload that blocks its thread', () => {
  test('has its worker ended at the timeout, and its crash counted by the next tick', async () => {
    const service = { ...wayward };
    const host = await hostOf(bundled.wayward, { service });
    await host.invoke({ action: 'status' });
    await go('blocks');
    // Only what is waited for is short: no worker starts within it.
    service.timeout = 3_000;

    await expect(host.invoke(due(-1))).rejects.toMatchObject({ code: 'worker-ended' });
    service.timeout = wayward.timeout;
    await go('straight');
    const next = await host.invoke(due(0));
    const status = (await host.invoke({ action: 'status' })) as { runs: { outcome: string }[] };

    expect(lines).toContain('wayward: the invocation did not end within 3 s; its worker is ended');
    expect(next).toMatchObject({ disposition: 'ran', outcome: 'succeeded', fence: 2 });
    expect(tickLines()).toMatchObject([{ disposition: 'ran', outcome: 'succeeded', crashesBooked: 1 }]);
    expect(status.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'crashed']);
  });
});

describe('a worker that has longer than a run may take, for several slots', () => {
  const BLOCKED = "wayward: the worker's thread is blocked for longer than a run may take; it is ended";
  const slotted: Service = { ...withInterval(wayward, '5s'), timeout: 3_000 };

  test('is ended once its thread has been blocked for a timeout and five seconds', async () => {
    const clock = fakeClock(Date.now(), { mode: 'manual' });
    const host = await hostOf(bundled.wayward, { service: slotted, clock });
    await go('blocks');
    const ended = expect(host.invoke(due(-1))).rejects.toMatchObject({ code: 'worker-ended' });
    await begun('blocks');

    await clock.advance(8_000);
    expect(lines).toEqual([]);
    // Whether it answered the first question before it was blocked is not known.
    await clock.advance(3_000);
    await ended;
    expect(lines).toEqual([BLOCKED]);

    await go('straight');
    expect(await host.invoke({ action: 'status' })).toMatchObject({ status: 'running' });
  });

  test('is left alone as long as it answers, however long it takes', async () => {
    const clock = fakeClock(Date.now(), { mode: 'manual' });
    const host = await hostOf(bundled.wayward, { service: slotted, clock });
    await go('yields');
    const answer = host.invoke(due(-1));
    await begun('yields');
    for (let second = 0; second < 20; second++) {
      await clock.advance(1_000);
      // Messages keep their order: behind this answer the worker has said that it is there.
      await host.invoke({ action: 'status' });
    }
    host.ask('stop');

    expect(await answer).toMatchObject({ disposition: 'ran', outcome: null });
    expect(lines).not.toContain(BLOCKED);
  });
});

describe('what a workload prints without ending its line', () => {
  test('stands before the next line of the log, not in it', async () => {
    const host = await hostOf(bundled.wayward);
    await go('prints without an end');
    await host.invoke(due(0));
    await host.end();

    expect(lines).toContain('50 % done');
    expect(tickLines()).toMatchObject([{ outcome: 'succeeded' }]);
  });

  test.each([
    ['half{"level":"INFO","message":"tick"}', ['half', '{"level":"INFO","message":"tick"}']],
    ['{"level":"INFO","message":"tick"}', ['{"level":"INFO","message":"tick"}']],
    ['{"done":50}{"level":"WARN","message":""}', ['{"done":50}', '{"level":"WARN","message":""}']],
    ['a line of its own', ['a line of its own']],
    ['says "level":"INFO"', ['says "level":"INFO"']],
    ['', ['']],
  ])('%s is %j', (line, parts) => {
    expect(splitPrinted(line)).toEqual(parts);
  });
});

describe('invocations at the same time', () => {
  test('are each answered with what became of them: the lease decides', async () => {
    const host = await hostOf(bundled.wayward);
    await go('takes a while');
    const first = host.invoke(due(-1));
    await begun('takes a while');

    const others = await Promise.all([host.invoke(due(-1)), host.invoke(due(0)), host.invoke({ action: 'status' })]);

    expect(others).toMatchObject([
      { disposition: 'skipped', reason: 'duplicate' },
      { disposition: 'skipped', reason: 'overlap' },
      { status: 'running', lease: { run: 1 } },
    ]);
    expect(await first).toMatchObject({ disposition: 'ran', outcome: 'succeeded', result: 'takes a while' });
  });
});

describe('stopping', () => {
  test('close lets a run under way finish', async () => {
    const host = await hostOf(bundled.wayward);
    await go('takes a while');
    const answer = host.invoke(due(0));
    await begun('takes a while');
    host.ask('close');

    expect(await answer).toMatchObject({ outcome: 'succeeded', result: 'takes a while' });
  });

  test("close ends a firing's wait for its next slot", async () => {
    const host = await hostOf(bundled.manySlots);
    const firing = new Date(Math.ceil(Date.now() / MINUTE) * MINUTE + MINUTE).toISOString();
    const answer = host.invoke({ scheduledFor: firing }) as Promise<{ ticks: unknown[] }>;
    await host.invoke({ action: 'status' });
    host.ask('close');

    expect(await answer).toEqual({ service: 'many-slots', firing, ticks: [] });
  });

  test('stop makes a run yield without an outcome, and no crash is counted later', async () => {
    const host = await hostOf(bundled.wayward);
    await go('yields');
    const answer = host.invoke(due(-1));
    await begun('yields');
    host.ask('stop');

    expect(await answer).toMatchObject({ disposition: 'ran', outcome: null, fence: 1 });
    await host.end();
    await go('straight');
    expect(await host.invoke(due(-1))).toMatchObject({ disposition: 'ran', outcome: 'succeeded', fence: 2 });
    expect(await host.invoke({ action: 'status' })).toMatchObject({ streak: 0, runs: [{ outcome: 'succeeded' }] });
    expect(tickLines().map(({ crashesBooked }) => crashesBooked)).toEqual([0, 0]);
  });

  test('end while a run is under way ends its worker, and rejects whoever waits', async () => {
    const host = await hostOf(bundled.wayward);
    await go('yields');
    const answer = host.invoke(due(0));
    const ended = expect(answer).rejects.toMatchObject({ code: 'worker-ended' });
    await begun('yields');

    await host.end();
    await ended;
    await host.end();
    expect(await host.invoke({ action: 'status' })).toMatchObject({ status: 'running' });
  });

  test('end hands on all that was written', async () => {
    const host = await hostOf(bundled.wayward);
    await host.invoke(due(0));
    await host.end();

    expect(tickLines()).toMatchObject([{ outcome: 'succeeded' }]);
  });
});
