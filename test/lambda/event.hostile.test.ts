/**
 * Events without measure: whatever Lambda lets through, a handler reads or refuses it in few words, and does nothing
 * else.
 */
import { describe, expect, it } from 'vitest';
import { readEvent } from '../../lib/lambda/event.ts';
import { MalformedEventError } from '../../lib/lambda/index.ts';
import { functionUnderTest, NOON } from './kit.ts';

const DEEP = 10_000;
/** What Lambda takes of a synchronous invocation. */
const LARGEST = 6 * 1024 * 1024;
const NOON_TEXT = '2025-10-09T12:00:00Z';

const nested = (open: string, close: string) => JSON.parse(`${open.repeat(DEEP)}1${close.repeat(DEEP)}`) as unknown;
const deepArray = nested('[', ']');
const deepObject = nested('{"a":', '}');
const manyKeys = (of: object) =>
  Object.fromEntries([...Object.entries(of), ...Array.from({ length: 100_000 }, (_, key) => [`k${key}`, key])]);
const huge = 'x'.repeat(LARGEST);

function refusalOf(event: unknown): MalformedEventError {
  try {
    readEvent('sync', event, NOON);
  } catch (error) {
    if (error instanceof MalformedEventError) return error;
    throw error;
  }
  throw new Error('expected it to be refused');
}

describe('an event without measure', () => {
  it.each([
    ['6 MB of text', huge, 'event: expected an object with'],
    ['6 MB in a field', { action: huge }, "action: expected 'run-once'"],
    ['6 MB as a reason', { action: 'pause', reason: huge, by: 'ada' }, 'reason: expected text of 1 to 120 bytes'],
    [
      '6 MB as a time',
      { scheduledFor: `2025-10-09T12:00:00.${'0'.repeat(LARGEST)}` },
      'scheduledFor: expected an ISO 8601 time',
    ],
    ['6 MB as the name of a field', { action: 'status', [huge]: 1 }, 'xxx...: expected no such field, got 1'],
    ['a million elements', Array.from({ length: 1_000_000 }, () => 0), 'event: expected an object with'],
    ['an array nested deep', deepArray, 'event: expected an object with'],
    ['an object nested deep', deepObject, 'event: expected an object with'],
    ['a field nested deep', { action: 'run-once', force: deepObject }, 'force: expected true or false, got'],
    ['an attempt nested deep', { scheduledFor: NOON_TEXT, attempt: deepArray }, 'attempt: expected text, got'],
    ['100,000 fields and no kind', manyKeys({}), 'event: expected an object with'],
    [
      '100,000 fields of an action',
      manyKeys({ action: 'resume' }),
      'k9: expected no such field, got 9; and 99990 more',
    ],
    [
      'a secret as the name of a field',
      { action: 'status', 'password=hunter2': 1 },
      'password=***: expected no such field',
    ],
  ])('is refused in few words: %s', (_what, event, words) => {
    const { message, faults } = refusalOf(event);

    expect(message).toContain(words);
    expect(message.length).toBeLessThan(1_500);
    expect(faults.length).toBeLessThanOrEqual(11);
  });

  it('is read where the fields that count are well, and what else it holds goes nowhere', () => {
    const event = manyKeys({ scheduledFor: NOON_TEXT, executionId: 'e', attempt: '1', detail: deepObject, blob: huge });

    expect(readEvent('sync', event, NOON)).toEqual({
      kind: 'firing',
      scheduledFor: NOON,
      delivery: { executionId: 'e', attempt: '1' },
    });
  });

  it("has its delivery's fields cut to 128 bytes, since every log line repeats them", () => {
    expect(readEvent('sync', { scheduledFor: NOON_TEXT, executionId: huge, attempt: '€'.repeat(100) }, NOON)).toEqual({
      kind: 'firing',
      scheduledFor: NOON,
      delivery: { executionId: 'x'.repeat(128), attempt: '€'.repeat(42) },
    });
    expect(readEvent('sync', { 'detail-type': 'Scheduled Event', time: NOON_TEXT, id: huge }, NOON)).toMatchObject({
      delivery: { executionId: 'x'.repeat(128) },
    });
  });

  it('makes no store call, and leaves the handler well', async () => {
    const { invoke, calls } = functionUnderTest();

    for (const event of [huge, deepObject, manyKeys({ action: 'resume' })]) {
      await expect(invoke(event)).rejects.toBeInstanceOf(MalformedEventError);
    }
    expect(calls).toEqual([]);
    expect(await invoke({ scheduledFor: NOON_TEXT })).toMatchObject({ disposition: 'ran' });
  });
});

describe('the prototype of objects', () => {
  it.each([
    '{"scheduledFor":"2025-10-09T12:00:00Z","__proto__":{"attempt":"9","polluted":1}}',
    '{"scheduledFor":"2025-10-09T12:00:00Z","constructor":{"prototype":{"polluted":1}}}',
    '{"detail-type":"Scheduled Event","time":"2025-10-09T12:00:00Z","__proto__":{"id":"9","polluted":1}}',
  ])('is neither changed by a firing nor read for one: %s', (text) => {
    expect(readEvent('sync', JSON.parse(text), NOON)).toEqual({ kind: 'firing', scheduledFor: NOON, delivery: {} });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('gives no event its kind', () => {
    expect(
      refusalOf(JSON.parse('{"__proto__":{"action":"resume","scheduledFor":"2025-10-09T12:00:00Z"}}')).faults,
    ).toHaveLength(1);
    expect(refusalOf(Object.create({ action: 'resume' })).message).toContain('event: expected an object with');
  });
});
