/** Questions of a function: they read, take no lease, and are answered beside the service's own events. */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { handlerWithQueries, type Query } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { keptLog } from '../support/loop-kit.ts';
import { countedStore, ENVIRONMENT, NOON } from './kit.ts';

const CONTEXT = { getRemainingTimeInMillis: () => 60_000 };

function functionUnderTest(query: Partial<Query> = {}) {
  const { store, calls } = countedStore();
  const log = keptLog();
  const asked: unknown[] = [];
  let recycled = 0;
  const size: Query = {
    fields: { of: z.string('the name of a service') },
    answer: async (fields, { store: its }) => {
      asked.push(fields);
      return { size: (await its.read('sync')) === undefined ? 0 : 1 };
    },
    ...query,
  };
  const service = defineService({ name: 'sync', interval: '1m', workload: async () => ({ rows: 3 }) });
  const handler = handlerWithQueries(
    service,
    { size },
    {
      ...{ store, clock: fakeClock(NOON), log, random: scriptedRandom(), environment: ENVIRONMENT },
      recycle: () => {
        recycled += 1;
      },
    },
  );
  return { calls, log, asked, recycled: () => recycled, invoke: (event: unknown) => handler(event, CONTEXT) };
}

describe('a question', () => {
  test('is answered from what is read alone: no lease, and no write', async () => {
    const { invoke, calls, asked } = functionUnderTest();

    expect(await invoke({ action: 'size', of: 'a' })).toEqual({ size: 0 });
    expect([calls, asked]).toEqual([['read'], [{ action: 'size', of: 'a' }]]);
  });

  test('may name the service of the function', async () => {
    const { invoke } = functionUnderTest();

    expect(await invoke({ action: 'size', of: 'a', service: 'sync' })).toEqual({ size: 0 });
  });

  test('that names another service is not answered', async () => {
    const { invoke, asked } = functionUnderTest();

    expect(await invoke({ action: 'size', of: 'a', service: 'other' })).toMatchObject({ error: 'unknown-service' });
    expect(asked).toEqual([]);
  });

  test.each([
    [{ action: 'size' }, 'of: expected the name of a service, got none'],
    [{ action: 'size', of: 'a', all: true }, 'all: expected no such field'],
    [{ action: 'list' }, "action: expected 'run-once', 'status', 'pause', 'resume' or 'size', got 'list'"],
    [{ action: 'constructor' }, "or 'size', got 'constructor'"],
  ])('%j is refused in words', async (event, words) => {
    const { invoke, asked } = functionUnderTest();

    await expect(invoke(event)).rejects.toMatchObject({
      name: 'MalformedEventError',
      message: expect.stringContaining(words),
    });
    expect(asked).toEqual([]);
  });

  test('that fails throws without credentials, is logged, and ends no process', async () => {
    const { invoke, log, recycled } = functionUnderTest({
      answer: () => Promise.reject(new Error('https://ada:hunter22hunter22@example.com failed')),
    });

    await expect(invoke({ action: 'size', of: 'a' })).rejects.not.toThrow('hunter22');
    expect(recycled()).toBe(0);
    expect(log.of('error')).toEqual(["sync: the question 'size' was not answered; nothing was changed"]);
  });

  test('that takes too long is given up', async () => {
    const { invoke } = functionUnderTest({ answer: () => new Promise(() => {}) });

    await expect(invoke({ action: 'size', of: 'a' })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('every other event', () => {
  test('goes to the service: a run by hand, its status, and a firing', async () => {
    const { invoke } = functionUnderTest();

    expect(await invoke({ action: 'run-once' })).toMatchObject({ outcome: 'succeeded' });
    expect(await invoke({ action: 'status' })).toMatchObject({ action: 'status', status: 'steady' });
    expect(await invoke({ scheduledFor: '2025-10-09T12:00:00Z' })).toMatchObject({ disposition: 'ran' });
    await expect(invoke('text')).rejects.toMatchObject({ name: 'MalformedEventError' });
  });
});
