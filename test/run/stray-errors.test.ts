/** A promise that fails while nobody waits for it makes its process suspect, until something waits for it after all. */
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptLog } from '../support/loop-kit.ts';

const EVENTS = ['unhandledRejection', 'rejectionHandled', 'uncaughtException'] as const;
type Listeners = Map<string, readonly unknown[]>;
type Handler = (...args: readonly unknown[]) => void;

let earlier: Listeners;

function listeners(): Listeners {
  return new Map(EVENTS.map((event) => [event, process.listeners(event as 'exit')]));
}

beforeEach(() => {
  earlier = listeners();
});

afterEach(() => {
  for (const event of EVENTS) for (const handler of added(event)) process.off(event, handler);
});

function added(event: string): Handler[] {
  const known = earlier.get(event) ?? [];
  return (listeners().get(event) ?? []).filter((handler) => !known.includes(handler)) as Handler[];
}

/** Stray errors of a module that nobody has used yet, so that it starts to listen here. */
async function setup() {
  vi.resetModules();
  const { catchStrayErrors } = await import('../../lib/run/stray-errors.ts');
  const log = keptLog();
  const stray = catchStrayErrors(log);
  const uncaught: unknown[] = [];
  const inRun = (work: () => void) =>
    stray.runScope({ service: 'sync', fence: 3, onUncaught: (error) => uncaught.push(error) }, async () => work());
  /** Node's own event, for our listeners alone. */
  const happens = (event: string, ...args: readonly unknown[]) => {
    for (const handler of added(event)) handler(...args);
  };
  return { stray, log, uncaught, inRun, happens };
}

const REASON = new Error('it broke');

describe('a rejected promise that nobody waits for', () => {
  it('is counted and logged as the error of its run', async () => {
    const { stray, log, inRun, happens } = await setup();
    await inRun(() => happens('unhandledRejection', REASON, {}));

    expect(stray.count).toBe(1);
    expect(log.of('error')).toEqual([
      'sync: run 3 left a promise that was rejected while nobody waited for it; the process is ended once a scheduled tick is over',
    ]);
  });

  it('is no longer counted once something waits for it', async () => {
    const { stray, inRun, happens } = await setup();
    const [late, never] = [{}, {}];
    await inRun(() => {
      happens('unhandledRejection', REASON, late);
      happens('unhandledRejection', REASON, never);
    });
    expect(stray.count).toBe(2);

    happens('rejectionHandled', late);
    expect(stray.count).toBe(1);
  });

  it('changes nothing if it is a promise from outside every run', async () => {
    const { stray, inRun, happens } = await setup();
    await inRun(() => happens('unhandledRejection', REASON, {}));
    happens('rejectionHandled', {});

    expect(stray.count).toBe(1);
  });
});

describe('an error that nothing caught', () => {
  it('is counted for good, and ends its run', async () => {
    const { stray, uncaught, inRun, happens } = await setup();
    await inRun(() => happens('uncaughtException', REASON));

    expect(stray.count).toBe(1);
    expect(uncaught).toEqual([REASON]);
  });
});

it('is logged as the error of the code that was being loaded, and of no run', async () => {
  const { stray, log, happens } = await setup();
  await stray.loadScope('sync', async () => happens('unhandledRejection', REASON, Promise.resolve()));

  expect(stray.count).toBe(1);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'sync: its code, as it was loaded, left a promise that was rejected while nobody waited for it; ' +
      'the process is ended once a scheduled tick is over',
  ]);
});
