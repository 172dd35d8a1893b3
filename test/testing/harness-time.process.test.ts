/** The time of the harness: virtual for Tickover, and real work of a workload ends first. */
import { execFile } from 'node:child_process';
import { pbkdf2, scrypt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as realTimer } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunContext } from '../../lib/service/index.ts';
import { harness } from '../../lib/testing/index.ts';
import { withTimeLimit } from '../../lib/time/index.ts';
import { httpServer, type Listening } from '../support/raw-server.ts';
import { gate, service } from './harness-kit.ts';

const START = Date.UTC(2026, 0, 1);

let server: Listening;
let url: string;
beforeEach(async () => {
  server = await httpServer((request, response) => {
    if (request.url === '/slow') void realTimer(150).then(() => response.end('slow'));
    else if (request.url === '/slower') void realTimer(1_500).then(() => response.end('slower'));
    else if (request.url !== '/never') response.end('quick');
  });
  url = `http://127.0.0.1:${server.port}`;
});
afterEach(() => server.close());

const text = async (path: string, signal?: AbortSignal) =>
  (await fetch(`${url}${path}`, signal === undefined ? {} : { signal })).text();

describe('real work of a workload', () => {
  const works: readonly (readonly [string, (context: RunContext<undefined>) => Promise<unknown>])[] = [
    ['a request to a server', ({ signal }) => text('/slow', signal)],
    ['a timer of Node', () => realTimer(150, 'slow')],
    ['a file', () => readFile(import.meta.filename, 'utf8').then(() => 'slow')],
    ['a process', () => promisify(execFile)(process.execPath, ['-e', '']).then(() => 'slow')],
    ['work in a thread of Node', () => promisify(pbkdf2)('a', 'b', 300_000, 64, 'sha512').then(() => 'slow')],
    ['a compression', () => promisify(gzip)(Buffer.alloc(20_000_000)).then(() => 'slow')],
    ['a key in a thread of Node', () => promisify(scrypt)('a', 'b', 64).then(() => 'slow')],
    ['a digest', () => crypto.subtle.digest('SHA-512', Buffer.alloc(20_000_000)).then(() => 'slow')],
    ['a name that is looked up', () => lookup('localhost').then(() => 'slow')],
    [
      'many turns of the event loop',
      async () => {
        for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
        return 'slow';
      },
    ],
  ];

  it.each(works)('ends before its deadline, and takes no virtual time: %s', async (_, workload) => {
    const h = harness(service(workload, { timeout: '3s', reserve: '2s' }));

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', result: 'slow', durationMs: 0 });
    expect(h.now).toBe(START);
  });

  it.each(works.slice(0, -1))(
    'wins a race against a sleep on the clock, and the sleep moves no time after the run: %s',
    async (_, workload) => {
      const h = harness(service(async (context) => Promise.race([workload(context), context.clock.sleep(10_000)])));

      expect(await h.tick()).toMatchObject({ result: 'slow', durationMs: 0 });
      await h.runOnce();
      expect(h.now).toBe(START);
    },
  );

  it('ends before a time limit on the clock', async () => {
    const h = harness(service(({ clock }) => withTimeLimit(clock, 5_000, (signal) => text('/slow', signal))));

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', result: 'slow' });
  });

  it('fails by a time limit on the clock if it never ends', async () => {
    const h = harness(service(({ clock }) => withTimeLimit(clock, 5_000, (signal) => text('/never', signal))));

    expect(await h.tick()).toMatchObject({ outcome: 'failed', durationMs: 5_000, error: { class: 'TimeoutError' } });
  });

  it('is awaited between two sleeps, and in each tick of an advance', async () => {
    const h = harness(
      service(async ({ clock }) => {
        const pages: string[] = [];
        for (const path of ['/quick', '/slow', '/quick']) {
          pages.push(await text(path));
          await clock.sleep(2_000);
        }
        return pages;
      }),
    );

    const results = await h.advance('2m');

    expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 3 }, () => ['quick', 'slow', 'quick']));
    expect(results.map(({ durationMs }) => durationMs)).toEqual([6_000, 6_000, 6_000]);
  });

  it('in prepare takes no virtual time either', async () => {
    const h = harness(
      service(async ({ prepared }) => prepared),
      { prepare: () => text('/slow') },
    );

    expect(await h.tick()).toMatchObject({ result: 'slow', durationMs: 0 });
  });

  it('ends before the next tick fires', async () => {
    const h = harness(service(({ signal }) => text('/slow', signal)));

    const results = await Promise.all([h.tick(), h.tick(), h.tick()]);

    expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(h.now).toBe(START + 120_000);
  });

  it('that is left open while the workload sleeps holds the time back only for a while', async () => {
    let heartbeat: NodeJS.Timeout | undefined;
    const h = harness(
      service(async ({ clock }) => {
        heartbeat = setInterval(() => {}, 10_000);
        await clock.sleep(10_000);
        await clock.sleep(10_000);
      }),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', durationMs: 20_000 });
    clearInterval(heartbeat);
  });
});

describe('a sleep on the clock', () => {
  it('passes in no real time, and counts as the duration of the run', async () => {
    const h = harness(service(({ clock }) => clock.sleep(40_000)));

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', durationMs: 40_000 });
    expect(h.now).toBe(START + 40_000);
  });

  it('past the deadline lets the run time out', async () => {
    const h = harness(
      service(({ clock, signal }) => clock.sleep(3_600_000, signal).then(() => signal.throwIfAborted())),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'timed-out', durationMs: 45_000 });
  });

  it('that ignores the signal is abandoned with its process, and never moves the time again', async () => {
    let woken = false;
    const h = harness(
      service(async ({ clock }) => {
        await clock.sleep(3_600_000);
        woken = true;
      }),
    );

    expect(await h.tick()).toMatchObject({ outcome: 'timed-out', recycled: true, durationMs: 46_000 });
    await h.pause();
    await h.advance('2h');
    expect(woken).toBe(false);
    expect(h.now).toBe(START + 46_000 + 7_200_000);
  });

  it('that a run leaves behind ends when the test moves the time, and not before', async () => {
    const woken: number[] = [];
    const h = harness(
      service(async ({ clock, fence }) => {
        if (fence === 1) void clock.sleep(90_000).then(() => woken.push(clock.now() - START));
      }),
    );
    await h.tick();
    expect(h.now).toBe(START);

    await h.advance('1m');
    expect(woken).toEqual([]);
    await h.advance('1m');
    expect(woken).toEqual([90_000]);
  });

  it('shows the same time to all code of the run', async () => {
    const h = harness(
      service(async ({ clock, deadline }) => {
        await clock.sleep(1_000);
        return deadline - clock.now();
      }),
    );

    expect((await h.tick()).result).toBe(44_000);
  });
});

describe('a workload that waits for its signal and for nothing real', () => {
  const waiting = () =>
    service(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );

  it('gets its deadline by itself after a while', async () => {
    const h = harness(waiting());

    expect(await h.tick()).toMatchObject({ outcome: 'timed-out', durationMs: 45_000, recycled: false });
  });

  it.each([
    ['a timer', () => realTimer(1_500)],
    ['a request', () => text('/slower')],
  ] as const)('is not timed out while the test does real work of its own: %s', async (_, work) => {
    const held = gate();
    const h = harness(service(() => held.opened));
    const run = h.tick();
    await work();
    held.open();

    expect(await run).toMatchObject({ outcome: 'succeeded', durationMs: 0 });
  });
});

describe('the real limit', () => {
  it('times a run out that waits for real work too long, and the call rejects and says what to do', async () => {
    const h = harness(
      service(({ signal }) => text('/never', signal)),
      { realLimit: '300ms' },
    );

    await expect(h.tick()).rejects.toThrow(
      'svc: the run took longer than 0.3 s of real time and was timed out; the time of a harness stands still while ' +
        'a workload waits for anything but context.clock: if the workload waits for its signal, call timeOut() or ' +
        'advance() during the run; if it needs more time, raise realLimit',
    );
    expect(h.state).toMatchObject({ status: 'failing', runs: [{ outcome: 'timed-out' }] });
    expect(h.now).toBe(START + 45_000);
  });

  it('ends an advance at the first run that takes too long', async () => {
    const h = harness(
      service(({ signal }) => text('/never', signal)),
      { realLimit: '300ms' },
    );

    await expect(h.advance('10m')).rejects.toThrow('took longer than 0.3 s of real time');
    expect(h.state.runs.length).toBeLessThanOrEqual(2);
  });

  it('holds for a workload that ignores its signal', async () => {
    const h = harness(
      service(() => text('/never')),
      { realLimit: '300ms' },
    );

    await expect(h.tick()).rejects.toThrow('took longer than');
    expect(h.state.runs[0]).toMatchObject({ outcome: 'timed-out', durationMs: 46_000 });
  });
});
