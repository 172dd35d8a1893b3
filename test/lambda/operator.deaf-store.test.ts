/** A manual action on a store that never answers: whoever asked gets an error, within 10 s. */
import { expect, it } from 'vitest';
import type { StateStore } from '../../lib/tick/index.ts';
import { functionUnderTest, NOON } from './kit.ts';

it.each<readonly [string, keyof StateStore, object]>([
  ['a status', 'read', { action: 'status' }],
  ['the failures of a status', 'failedRuns', { action: 'status' }],
  ['a pause', 'pause', { action: 'pause', reason: 'cutover', by: 'ada' }],
  ['a resume', 'resume', { action: 'resume' }],
  ['a run by hand', 'acquire', { action: 'run-once' }],
])('%s is given up', async (_, method, event) => {
  const kit = functionUnderTest();
  const store = new Proxy(kit.store, {
    get: (target, name: keyof StateStore) => (name === method ? () => new Promise(() => {}) : target[name]),
  });
  const { clock, invoke } = functionUnderTest({ ports: { store } });

  await expect(invoke(event)).rejects.toMatchObject({ code: 'time-up' });

  expect(clock.now()).toBeLessThan(NOON + 10_000);
});

it('the failures behind a pause that is written are left out', async () => {
  const kit = functionUnderTest();
  kit.store.failedRuns = () => new Promise(() => {});
  const { invoke, log } = functionUnderTest({
    ports: {
      store: {
        ...kit.store,
        pause: kit.store.pause,
        read: kit.store.read,
        failedRuns: () => new Promise(() => {}),
      } as StateStore,
    },
  });

  expect(await invoke({ action: 'pause', reason: 'cutover', by: 'ada' })).toMatchObject({
    action: 'pause',
    failures: [],
  });
  expect(log.of('warn')).toEqual(["sync: recent failures can't be read; the answer leaves them out"]);
});
