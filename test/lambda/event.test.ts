import { describe, expect, it } from 'vitest';
import { readEvent } from '../../lib/lambda/event.ts';
import { MalformedEventError } from '../../lib/lambda/index.ts';
import { NOON } from './kit.ts';

const read = (event: unknown) => readEvent('sync', event, NOON);

describe('a firing', () => {
  it("is read from EventBridge Scheduler's input", () => {
    expect(read({ scheduledFor: '2025-10-09T11:59:00Z', executionId: 'd32c5kddcf5bb8c3', attempt: '1' })).toEqual({
      kind: 'firing',
      scheduledFor: NOON - 60_000,
      delivery: { executionId: 'd32c5kddcf5bb8c3', attempt: '1' },
    });
  });

  it('keeps an attempt that came as a number as text', () => {
    expect(read({ scheduledFor: '2025-10-09T12:00:00Z', attempt: 2 })).toEqual({
      kind: 'firing',
      scheduledFor: NOON,
      delivery: { attempt: '2' },
    });
  });

  it('reads a due time in another zone as the same instant', () => {
    expect(read({ scheduledFor: '2025-10-09T14:00:00+02:00' })).toEqual({
      kind: 'firing',
      scheduledFor: NOON,
      delivery: {},
    });
  });

  it('has no due time of its own where the placeholder was not filled, and shows no placeholder as its delivery', () => {
    expect(
      read({
        scheduledFor: '<aws.scheduler.scheduled-time>',
        executionId: '<aws.scheduler.execution-id>',
        attempt: '<aws.scheduler.attempt-number>',
      }),
    ).toEqual({ kind: 'firing', delivery: {} });
  });

  it('is read from the scheduled event of an EventBridge rule', () => {
    expect(
      read({
        version: '0',
        id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '123456789012',
        time: '2025-10-09T12:00:00Z',
        region: 'us-east-1',
        resources: ['arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule'],
        detail: {},
      }),
    ).toEqual({
      kind: 'firing',
      scheduledFor: NOON,
      delivery: { executionId: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa' },
    });
  });

  it('may be due 10 minutes ahead and no millisecond more', () => {
    expect(read({ scheduledFor: '2025-10-09T12:10:00.000Z' })).toMatchObject({ scheduledFor: NOON + 600_000 });
    expect(() => read({ scheduledFor: '2025-10-09T12:10:00.001Z' })).toThrow(MalformedEventError);
  });
});

describe('an action', () => {
  it.each([
    [{ action: 'run-once' }, { kind: 'run-once', force: false }],
    [
      { action: 'run-once', force: true },
      { kind: 'run-once', force: true },
    ],
    [{ action: 'status' }, { kind: 'status' }],
    [{ action: 'resume' }, { kind: 'resume' }],
    [
      { action: 'pause', reason: 'moving', by: 'ada' },
      { kind: 'pause', reason: 'moving', by: 'ada' },
    ],
    [
      { action: 'pause', reason: 'moving', by: 'ada', until: '2025-10-09T14:30:00+02:00' },
      { kind: 'pause', reason: 'moving', by: 'ada', until: NOON + 1_800_000 },
    ],
  ])('is read from %j', (event, request) => {
    expect(read(event)).toEqual(request);
  });

  it('takes a reason of 120 bytes, counted in bytes and not in characters', () => {
    expect(read({ action: 'pause', reason: 'ä'.repeat(60), by: 'ö'.repeat(16) })).toMatchObject({ kind: 'pause' });
    expect(() => read({ action: 'pause', reason: `${'ä'.repeat(60)}x`, by: 'ada' })).toThrow(MalformedEventError);
    expect(() => read({ action: 'pause', reason: 'moving', by: `${'ö'.repeat(16)}x` })).toThrow(MalformedEventError);
  });
});
