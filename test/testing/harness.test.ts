/** The methods of the harness, one by one. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineService, type ServiceOptions } from '../../lib/service/index.ts';
import { harness } from '../../lib/testing/index.ts';
import { gate, refused, service } from './harness-kit.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

describe('tick', () => {
  it('moves the clock to the next due time, runs the workload and returns what became of the tick', async () => {
    const h = harness(
      service(async ({ fence }) => ({ fence })),
      { now: '2026-01-01T10:00:20Z' },
    );

    expect(await h.tick()).toEqual({
      tick: '2026-01-01T10:01:00.000Z',
      disposition: 'ran',
      reason: null,
      outcome: 'succeeded',
      verdict: 'steady',
      result: { fence: 1 },
      error: null,
      fence: 1,
      durationMs: 0,
      crashesCounted: 0,
      bypassed: [],
      report: [],
      inputIssues: [],
      nextDue: '2026-01-01T10:02:00.000Z',
      recycled: false,
    });
    expect(h.now).toBe(Date.UTC(2026, 0, 1, 10, 1));
    expect((await h.tick()).tick).toBe('2026-01-01T10:02:00.000Z');
  });

  it('fires a due time that is exactly now', async () => {
    const h = harness(service());

    expect((await h.tick()).tick).toBe('2026-01-01T00:00:00.000Z');
    expect(h.now).toBe(START);
  });

  it('returns the error of a failed run, and halts by a fatal one without rejecting', async () => {
    const h = harness(
      service(async ({ fence }) => {
        throw fence === 1 ? refused() : new TypeError('no such field');
      }),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'failed', verdict: 'steady', error: { class: 'ECONNREFUSED' } });
    expect(await h.tick()).toMatchObject({
      outcome: 'fatal',
      verdict: 'halted',
      error: { class: 'TypeError', message: 'no such field' },
    });
    expect(await h.tick()).toMatchObject({ disposition: 'skipped', reason: 'halted', outcome: null });
    expect(h.state).toMatchObject({ status: 'halted', halt: { cause: 'TypeError: no such field' } });
  });

  it('starts a tick later by the jitter that the seed draws', async () => {
    const jittered = (seed: number) => harness(service(undefined, { jitterRange: 1 }), { seed });
    const [one, same, other] = [jittered(1), jittered(1), jittered(2)];

    const [tick] = await Promise.all([one.tick(), same.tick(), other.tick()]);

    expect(tick.tick).toBe('2026-01-01T00:00:00.000Z');
    expect(one.now).toBeGreaterThan(START);
    expect(one.now).toBeLessThan(START + MINUTE);
    expect(same.now).toBe(one.now);
    expect(other.now).not.toBe(one.now);
  });

  it('fires each slot of an interval below a minute as a tick of its own', async () => {
    const h = harness(service(undefined, { interval: '20s' }));

    expect((await h.advance('1m')).map(({ tick }) => tick?.slice(11, 19))).toEqual([
      '00:00:00',
      '00:00:20',
      '00:00:40',
      '00:01:00',
    ]);
  });

  it('leaves out the due times that a long run has passed, as a machine that has slept does', async () => {
    const h = harness(
      service(({ clock }) => clock.sleep(200_000), { timeout: '5m', interval: '1m' }),
      { now: '2026-01-01T00:00:00Z' },
    );

    await h.tick();

    expect(h.now).toBe(START + 200_000);
    expect((await h.tick()).tick).toBe('2026-01-01T00:03:00.000Z');
  });

  it('rejects once a cron expression has no due time left', async () => {
    const h = harness(service(undefined, { cron: '0 12 1 1 ? 2026', interval: '1d' }));

    expect((await h.tick()).tick).toBe('2026-01-01T12:00:00.000Z');
    await expect(h.tick()).rejects.toThrow(
      "svc: the cron expression '0 12 1 1 ? 2026' is never due again; no tick is left to fire",
    );
    expect(await h.advance('1d')).toEqual([]);
  });
});

describe('advance', () => {
  it('fires every tick that falls due on the way at its own time, and stops at the end', async () => {
    const starts: number[] = [];
    const h = harness(service(async ({ clock }) => void starts.push(clock.now() - START)));

    const results = await h.advance('2m');
    await h.advance(90_000);

    expect(results.map(({ tick }) => tick)).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:01:00.000Z',
      '2026-01-01T00:02:00.000Z',
    ]);
    expect(starts).toEqual([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
    expect(h.now).toBe(START + 3.5 * MINUTE);
  });

  it('skips the ticks of a run that sleeps into them as overlap', async () => {
    const h = harness(
      service(({ clock, fence }) => clock.sleep(fence === 1 ? 150_000 : 0), { timeout: '5m', leaseMargin: 0 }),
    );

    const results = await h.advance('3m');

    expect(results.map(({ disposition, reason }) => reason ?? disposition)).toEqual([
      'ran',
      'overlap',
      'overlap',
      'ran',
    ]);
  });

  it('shows backoff, halt and probe of a service that fails all the time', async () => {
    const h = harness(service(undefined, { consecutive: 2, backoff: 2, restartAfter: '10m' }));
    h.fail(refused(), { times: Number.POSITIVE_INFINITY });

    const results = await h.advance('15m');

    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      ...['failed', 'failed', 'backoff', 'failed', 'failed'],
      ...Array.from({ length: 9 }, () => 'halted'),
      ...['failed', 'halted'],
    ]);
    expect(h.state).toMatchObject({ status: 'halted', backoffCount: 3, halt: { cause: expect.any(String) } });
  });

  it('moves the time of a run under way, whatever that waits for', async () => {
    const never = gate();
    const h = harness(service(async () => never.opened));
    const run = h.tick();

    await h.advance('50s');

    expect(await run).toMatchObject({ outcome: 'timed-out', recycled: true, durationMs: 46_000 });
    expect(h.now).toBe(START + 50_000);
  });

  it('follows a cron expression in its time zone over both changes of daylight saving', async () => {
    const h = harness(service(undefined, { cron: '30 2 * * ? *', timezone: 'Europe/Berlin', interval: '1d' }), {
      now: '2026-03-28T00:00:00Z',
    });
    const days = async () => (await h.advance('3d')).map(({ tick }) => tick);

    // 02:30 doesn't exist on 29 March.
    expect(await days()).toEqual(['2026-03-28T01:30:00.000Z', '2026-03-30T00:30:00.000Z']);

    const autumn = harness(service(undefined, { cron: '30 2 * * ? *', timezone: 'Europe/Berlin', interval: '1d' }), {
      now: '2026-10-24T00:00:00Z',
    });
    // 02:30 comes twice on 25 October, and is due the first time.
    expect((await autumn.advance('3d')).map(({ tick }) => tick)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });
});

/** A service that doubles the `count` of its input, or of 1 on a tick. */
const doubling = () =>
  defineService({
    name: 'doubling',
    interval: '60s',
    input: z.object({ count: z.string().transform(Number) }),
    workload: async ({ input }) => 2 * (input?.count ?? 1),
  });

describe('runOnce', () => {
  it('runs the service by hand without moving the clock or deciding a tick', async () => {
    const h = harness(service(async ({ scheduledFor }) => ({ scheduled: scheduledFor !== undefined })));

    expect(await h.runOnce()).toMatchObject({ tick: null, outcome: 'succeeded', result: { scheduled: false } });
    expect(h.state).toMatchObject({ lastTick: null, runs: [{ manual: true }] });
    expect(h.now).toBe(START);
  });

  it('gives the workload the input as the schema returned it', async () => {
    const h = harness(doubling());

    expect(await h.runOnce({ input: { count: '2' } })).toMatchObject({
      outcome: 'succeeded',
      result: 4,
      inputIssues: [],
    });
  });

  it('says why an input was refused, and runs nothing', async () => {
    const h = harness(doubling());

    // @ts-expect-error: the type of the schema refuses this input too.
    const refusal = await h.runOnce({ input: { count: 2 } });

    expect(refusal).toMatchObject({ disposition: 'skipped', reason: null, fence: null });
    expect(refusal.inputIssues).toMatchObject([{ path: 'count' }]);
    expect(h.state.runs).toEqual([]);
  });

  it('runs a paused service only with force, and says what it bypassed', async () => {
    const h = harness(service());
    await h.pause();

    expect(await h.runOnce()).toMatchObject({ disposition: 'skipped', reason: 'paused' });
    expect(await h.runOnce({ force: true })).toMatchObject({ outcome: 'succeeded', bypassed: ['pause'] });
  });
});

describe('pause and resume', () => {
  it('skip the ticks of a paused service, and let it run again', async () => {
    const h = harness(service());

    expect(await h.pause({ reason: 'migration', by: 'ada' })).toMatchObject({
      status: 'paused',
      pause: { at: '2026-01-01T00:00:00.000Z', until: null, reason: 'migration', by: 'ada' },
    });
    expect(await h.tick()).toMatchObject({ reason: 'paused', nextDue: null });
    expect(await h.resume()).toMatchObject({ status: 'never-ran', pause: null });
    expect(await h.tick()).toMatchObject({ disposition: 'ran' });
  });

  it('leave a run under way alone', async () => {
    const held = gate();
    const h = harness(service(() => held.opened));
    const run = h.tick();
    await h.pause();
    held.open();

    expect(await run).toMatchObject({ outcome: 'succeeded' });
    expect(await h.tick()).toMatchObject({ reason: 'paused' });
  });

  it('end a pause at its time', async () => {
    const h = harness(service());
    await h.pause({ until: START + 90_000 });

    expect((await h.advance('2m')).map(({ reason }) => reason)).toEqual(['paused', 'paused', null]);
  });
});

describe('timeOut', () => {
  it('fires the next tick and lets its signal fire', async () => {
    const h = harness(
      service(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
        { maxDuration: '30s' },
      ),
    );

    expect(await h.timeOut()).toMatchObject({ outcome: 'timed-out', durationMs: 30_000, recycled: false });
    expect(h.state).toMatchObject({ status: 'failing', streak: 1 });
  });

  it('concerns the run under way, and gives a workload that honours its signal the time to succeed', async () => {
    const begun = gate();
    const h = harness(
      service(
        ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve('half of it'));
            begun.open();
          }),
      ),
    );
    const run = h.runOnce();
    await begun.opened;

    expect(await h.timeOut()).toMatchObject({ tick: null, outcome: 'succeeded', result: 'half of it' });
    expect(await run).toMatchObject({ result: 'half of it' });
  });

  it('notes a workload that ignores its signal as one that ends its process, and prepares anew', async () => {
    let prepared = 0;
    const h = harness(
      service(({ fence }) => (fence === 1 ? new Promise(() => {}) : Promise.resolve())),
      {
        prepare: () => {
          prepared += 1;
        },
      },
    );

    expect(await h.timeOut()).toMatchObject({ outcome: 'timed-out', recycled: true });
    expect(await h.tick()).toMatchObject({ outcome: 'succeeded' });
    expect(prepared).toBe(2);
  });
});

describe('fail', () => {
  it('lets the next runs throw the error in place of their workload', async () => {
    let runs = 0;
    const h = harness(
      service(async () => {
        runs += 1;
      }),
    );
    h.fail(refused('down'), { times: 2 });

    const results = await h.advance('2m');

    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'succeeded']);
    expect(results[0]?.error).toEqual({ class: 'ECONNREFUSED', message: 'down' });
    expect(runs).toBe(1);
  });

  it('is classified by the service, and a skipped tick does not use it up', async () => {
    const h = harness(service(undefined, { classify: () => ({ kind: 'fatal' }) }));
    await h.pause();
    h.fail(refused());
    await h.tick();
    await h.resume();

    expect(await h.tick()).toMatchObject({ outcome: 'fatal', verdict: 'halted' });
  });
});

describe('crash', () => {
  it('loses the outcome and the cursor of a run that did its work, and the next tick counts the crash', async () => {
    const read: (string | undefined)[] = [];
    const h = harness(
      service(async ({ cursor, saveCursor }) => {
        read.push(cursor);
        saveCursor(`page ${read.length}`);
      }),
    );
    await h.tick();
    h.crash({ times: 2 });

    expect(await h.tick()).toMatchObject({ outcome: 'crashed', fence: 2, verdict: null });
    expect(h.state).toMatchObject({ cursor: 'page 1', streak: 0, runs: [{ outcome: 'succeeded' }] });
    await h.tick();
    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', crashesCounted: 2 });
    expect(read).toEqual([undefined, 'page 1', 'page 1', 'page 1']);
    expect(h.state).toMatchObject({ cursor: 'page 4', streak: 0 });
    expect(h.state.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'crashed', 'crashed', 'succeeded']);
  });

  it('keeps the lease of the crashed run until it expires', async () => {
    const h = harness(service(undefined, { interval: '20s' }));
    h.crash();

    const results = await h.advance('1m');

    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'crashed',
      'overlap',
      'overlap',
      'succeeded',
    ]);
  });

  it('lets a service that always crashes trip and halt', async () => {
    const h = harness(service());
    h.crash({ times: 3 });

    const results = await h.advance('3m');

    expect(results.at(-1)).toMatchObject({ disposition: 'skipped', reason: 'halted', crashesCounted: 3 });
    expect(h.state.status).toBe('halted');
  });

  it('ends the run of a workload that never ends at its signal', async () => {
    const h = harness(service(() => new Promise(() => {})));
    h.crash();

    expect(await h.timeOut()).toMatchObject({ outcome: 'crashed' });
  });
});

describe('halt', () => {
  const tolerant: readonly (readonly [string, Partial<ServiceOptions<undefined>>])[] = [
    ['critical', {}],
    ['a loop', { kind: 'loop' }],
    ['never halted by a fatal error', { onFatal: 'continue' }],
    ['tolerant of every error', { classify: () => ({ kind: 'failed' }) }],
  ];
  it.each(tolerant)('halts a service that is %s, and the probe runs after restartAfter', async (_, options) => {
    const h = harness(service(undefined, { ...options, restartAfter: '2m' }));

    expect(await h.halt()).toMatchObject({
      status: 'halted',
      halt: { cause: 'Error: halted by a test', until: '2026-01-01T00:02:00.000Z' },
    });
    expect((await h.advance('2m')).map(({ reason, verdict }) => reason ?? verdict)).toEqual([
      'halted',
      'halted',
      'recovered',
    ]);
    expect(h.state.halt).toBe(null);
  });

  it('leaves plans for later runs alone, and halts a paused service too', async () => {
    const h = harness(service());
    h.fail(refused());
    await h.pause();

    await h.halt(new Error('disk'));
    await h.resume();

    expect(await h.tick()).toMatchObject({ outcome: 'failed' });
  });

  it('is refused during a run, which holds the lease', async () => {
    const held = gate();
    const h = harness(service(() => held.opened));
    const run = h.tick();

    await expect(h.halt()).rejects.toThrow(
      'svc: not halted, since a run that is under way or has crashed holds the lease until 2026-01-01T00:00:55.000Z; ' +
        'await the run, or advance() past that time',
    );
    held.open();
    expect(await run).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('state and log', () => {
  it('begin with a service that has never run', () => {
    const h = harness(service());

    expect(h.state).toEqual({
      status: 'never-ran',
      trackRecord: [true, true, true],
      streak: 0,
      backoffCount: 0,
      notBefore: null,
      nextDue: '2026-01-01T00:01:00.000Z',
      cursor: null,
      halt: null,
      pause: null,
      lastTick: null,
      lastSuccess: null,
      runs: [],
    });
    expect(h.log).toEqual([]);
  });

  it('show a backoff', async () => {
    const h = harness(service(undefined, { consecutive: 1, backoff: 3 }));
    h.fail(refused());

    const { report } = await h.tick();

    expect(report.at(-1)).toBe('Backing off due to consecutive errors, using increased interval of 120s.');
    expect(h.state).toMatchObject({
      status: 'backing-off',
      backoffCount: 1,
      streak: 1,
      notBefore: '2026-01-01T00:02:00.000Z',
      nextDue: '2026-01-01T00:02:00.000Z',
    });
    expect(h.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(report);
  });

  it('show a run under way', async () => {
    const held = gate();
    const h = harness(service(() => held.opened));
    const run = h.runOnce();

    await h.advance(0);
    expect(h.state.status).toBe('running');
    held.open();
    await run;
    expect(h.state.status).toBe('steady');
  });

  it('hold the lines of the workload as data, with credentials masked and errors summarized', async () => {
    const h = harness(
      service(async ({ log }) => {
        log.info('found', { password: 'hunter2', sessions: 3 });
        log.error('failed', { error: new TypeError('no') });
      }),
    );
    await h.tick();

    expect(h.log.slice(1)).toEqual([
      { level: 'info', message: 'found', fields: { fence: 1, password: expect.any(String), sessions: 3 } },
      { level: 'error', message: 'failed', fields: { fence: 1, error: expect.anything() } },
    ]);
    expect(JSON.stringify(h.log)).not.toContain('hunter2');
    expect(JSON.parse(JSON.stringify(h.log))).toEqual(h.log);
  });

  it('are the same for the same seed', async () => {
    const play = async (seed: number) => {
      const ids: string[] = [];
      const h = harness(
        service(async ({ random }) => void ids.push(random.id()), { jitterRange: 0.5 }),
        { seed },
      );
      h.fail(refused());
      h.crash();
      return { results: await h.advance('5m'), state: h.state, log: h.log, ids };
    };

    const first = await play(7);

    expect(await play(7)).toEqual(first);
    expect((await play(8)).ids).not.toEqual(first.ids);
    expect(first.ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the environment', () => {
  it('is what the test gives, and never that of the process', async () => {
    const h = harness(
      defineService({
        name: 'svc',
        interval: '1m',
        prepare: ({ env }) => env,
        workload: async ({ prepared }) => Object.keys(prepared),
      }),
      { env: { URL: 'http://127.0.0.1' } },
    );

    expect((await h.tick()).result).toEqual(['URL']);
  });

  it('fails a run by the error of prepare, and calls prepare again at the next run', async () => {
    let calls = 0;
    const h = harness(
      defineService({
        name: 'svc',
        interval: '1m',
        onFatal: 'continue',
        prepare: async () => {
          calls += 1;
          if (calls === 1) throw new Error('URL: expected a URL, got none');
          return calls;
        },
        workload: async ({ prepared }) => prepared,
      }),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'fatal', error: { message: 'URL: expected a URL, got none' } });
    expect(await h.tick()).toMatchObject({ result: 2 });
    expect(await h.tick()).toMatchObject({ result: 2 });
  });

  it('replaces the interval by TICKOVER_INTERVAL, and warns of a variable that has no effect, as on Lambda', async () => {
    const h = harness(service(), { env: { TICKOVER_INTERVAL: '5m', TICKOVER_INTERVALL: '1m' } });

    expect((await h.advance('5m')).length).toBe(2);
    expect(h.log[0]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('TICKOVER_INTERVALL is no variable of this version'),
    });
  });
});

describe('the secrets', () => {
  const TOKEN = 'a quiet swordfish';
  const secretive = () =>
    defineService({
      name: 'svc',
      interval: '1m',
      secrets: { TOKEN: 'ssm:/prod/token' },
      prepare: ({ env, secrets }) => ({ variables: Object.keys(env), length: () => secrets['TOKEN']?.length }),
      workload: async ({ prepared, secrets, log }) => {
        log.info(`token ${secrets['TOKEN']}`);
        return { ...prepared, length: prepared.length(), token: secrets['TOKEN'] };
      },
    });

  it('reach prepare and the workload, in no variable, and are masked in the log and the result', async () => {
    const h = harness(secretive(), { secrets: { TOKEN } });

    expect((await h.tick()).result).toEqual({ variables: [], length: TOKEN.length, token: '***' });
    expect(h.log.at(-1)).toMatchObject({ message: 'token ***' });
  });

  it('are masked in every run of their harness, and not in the next harness', async () => {
    const open = () => harness(service(async ({ log }) => log.info(TOKEN)));
    const [first, second] = [harness(secretive(), { secrets: { TOKEN } }), open()];
    await first.tick();
    await second.tick();
    await first.advance('2m');

    expect(second.log.at(-1)?.message).toBe(TOKEN);
    expect(first.log.filter(({ message }) => message === 'token ***').length).toBe(3);
    expect(JSON.stringify(first.log)).not.toContain(TOKEN);
  });

  it('that are missing fail the run, and the message names them', async () => {
    expect(await harness(secretive()).tick()).toMatchObject({
      outcome: 'fatal',
      error: {
        class: 'SecretsUnavailableError',
        message: 'svc: no secrets for this run: no value of TOKEN; give it in the option `secrets` of the harness',
      },
    });
  });
});

describe('an error that nothing catches', () => {
  it('belongs to its run, is logged, and would have ended the process', async () => {
    const h = harness(
      service(async () => {
        setImmediate(() => {
          throw new Error('stray');
        });
        await new Promise(() => {});
      }),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'fatal', error: { message: 'stray' }, recycled: true });
    expect(h.log.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('run 1 threw where nothing could catch it'),
    );
  });
});
