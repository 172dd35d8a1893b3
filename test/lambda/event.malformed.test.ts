/** Events that are refused, and the words that they are refused with. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../../lib/lambda/event.ts';
import { MalformedEventError } from '../../lib/lambda/index.ts';
import { functionUnderTest, NOON } from './kit.ts';

const read = (event: unknown) => readEvent('sync', event, NOON);

function refusalOf(event: unknown): unknown {
  try {
    return read(event);
  } catch (error) {
    return error;
  }
}

const KINDS =
  "an object with 'scheduledFor' (EventBridge Scheduler), 'detail-type' (EventBridge) or 'action' (by hand)";
const ACTIONS = "'run-once', 'status', 'pause' or 'resume'";
const TIME = 'an ISO 8601 time with a zone';
const paused = (fields: object) => ({ action: 'pause', reason: 'moving', by: 'ada', ...fields });

const MALFORMED: readonly (readonly [event: unknown, ...faults: string[]])[] = [
  [undefined, `event: expected ${KINDS}, got none`],
  [null, `event: expected ${KINDS}, got null`],
  ['run-once', `event: expected ${KINDS}, got 'run-once'`],
  [7, `event: expected ${KINDS}, got 7`],
  [true, `event: expected ${KINDS}, got true`],
  [[], `event: expected ${KINDS}, got []`],
  [[{ action: 'status' }], `event: expected ${KINDS}, got [{"action":"status"}]`],
  [{}, `event: expected ${KINDS}, got {}`],
  [{ Action: 'status' }, `event: expected ${KINDS}, got {"Action":"status"}`],
  [{ action: 'stop' }, `action: expected ${ACTIONS}, got 'stop'`],
  [{ action: null }, `action: expected ${ACTIONS}, got null`],
  [{ action: ['status'] }, `action: expected ${ACTIONS}, got ["status"]`],
  [{ action: 'constructor' }, `action: expected ${ACTIONS}, got 'constructor'`],
  [{ action: '__proto__' }, `action: expected ${ACTIONS}, got '__proto__'`],
  [{ action: 'run-once', forced: true }, 'forced: expected no such field, got true'],
  [{ action: 'run-once', force: 'true' }, "force: expected true or false, got 'true'"],
  [{ action: 'run-once', force: null }, 'force: expected true or false, got null'],
  [{ action: 'status', force: true }, 'force: expected no such field, got true'],
  [{ action: 'resume', reason: 'done' }, "reason: expected no such field, got 'done'"],
  [
    { action: 'pause' },
    'reason: expected text of 1 to 120 bytes, got none',
    'by: expected text of 1 to 32 bytes, got none',
  ],
  [paused({ reason: 'moving \ud83d' }), "reason: expected well-formed text of 1 to 120 bytes, got 'moving \\ud83d'"],
  [paused({ reason: '' }), "reason: expected text of 1 to 120 bytes, got ''"],
  [paused({ reason: ' \n ' }), "reason: expected text of 1 to 120 bytes, got ' \\n '"],
  [paused({ reason: '\u001b[2J', by: '' }), "by: expected text of 1 to 32 bytes, got ''"],
  [paused({ reason: 5 }), 'reason: expected text of 1 to 120 bytes, got 5'],
  [paused({ by: ['ada'] }), 'by: expected text of 1 to 32 bytes, got ["ada"]'],
  [paused({ reason: 'x'.repeat(121) }), `reason: expected text of 1 to 120 bytes, got '${'x'.repeat(96)}...`],
  [paused({ reason: '€'.repeat(41) }), `reason: expected text of 1 to 120 bytes, got '${'€'.repeat(32)}...`],
  [paused({ until: 'tomorrow' }), `until: expected ${TIME}, got 'tomorrow'`],
  [paused({ until: '2025-10-09' }), `until: expected ${TIME}, got '2025-10-09'`],
  [paused({ until: '2025-10-09T13:00:00' }), `until: expected ${TIME}, got '2025-10-09T13:00:00'`],
  [paused({ until: NOON + 1 }), `until: expected ${TIME}, got 1760011200001`],
  [paused({ until: null }), `until: expected ${TIME}, got null`],
  [
    paused({ until: '2025-10-09T12:00:00Z' }),
    "until: expected a time after now (2025-10-09T12:00:00.000Z), got '2025-10-09T12:00:00.000Z'",
  ],
  [{ scheduledFor: NOON }, `scheduledFor: expected ${TIME}, got 1760011200000`],
  [{ scheduledFor: 'noon' }, `scheduledFor: expected ${TIME}, got 'noon'`],
  [{ scheduledFor: '' }, `scheduledFor: expected ${TIME}, got ''`],
  [{ scheduledFor: null }, `scheduledFor: expected ${TIME}, got null`],
  [{ scheduledFor: '2025-10-09T12:00:00' }, `scheduledFor: expected ${TIME}, got '2025-10-09T12:00:00'`],
  [{ scheduledFor: '2025-13-09T12:00:00Z' }, `scheduledFor: expected ${TIME}, got '2025-13-09T12:00:00Z'`],
  [{ scheduledFor: '2025-02-30T12:00:00Z' }, `scheduledFor: expected ${TIME}, got '2025-02-30T12:00:00Z'`],
  [{ scheduledFor: '<aws.scheduler>' }, `scheduledFor: expected ${TIME}, got '<aws.scheduler>'`],
  [
    { scheduledFor: '2025-10-09T12:10:00.001Z' },
    "scheduledFor: expected a time at most 10 minutes after now (2025-10-09T12:00:00.000Z), got '2025-10-09T12:10:00.001Z'",
  ],
  [{ scheduledFor: '2025-10-09T12:00:00Z', attempt: {} }, 'attempt: expected text, got {}'],
  [
    { action: 'run-once', scheduledFor: '2025-10-09T12:00:00Z' },
    "scheduledFor: expected no such field, got '2025-10-09T12:00:00Z'",
  ],
  [
    { 'detail-type': 'EC2 Instance State-change Notification', time: '2025-10-09T12:00:00Z' },
    "detail-type: expected 'Scheduled Event', got 'EC2 Instance State-change Notification'",
  ],
  [{ 'detail-type': 'Scheduled Event' }, `time: expected ${TIME}, got none`],
  [
    { 'detail-type': 'Scheduled Event', time: '2026-10-09T12:00:00Z' },
    "time: expected a time at most 10 minutes after now (2025-10-09T12:00:00.000Z), got '2026-10-09T12:00:00.000Z'",
  ],
  [
    JSON.parse('{"action":"run-once","__proto__":{"force":true}}'),
    '__proto__: expected no such field, got {"force":true}',
  ],
  [JSON.parse('{"__proto__":{"action":"resume"}}'), `event: expected ${KINDS}, got {"__proto__":{"action":"resume"}}`],
  [JSON.parse('{"action":"status","constructor":1}'), 'constructor: expected no such field, got 1'],
  [{ apiKey: 'k-1234567890' }, `event: expected ${KINDS}, got {"apiKey":"***"}`],
];

describe('a malformed event', () => {
  it.each(MALFORMED.map(([event, ...faults]) => ({ event, faults })))(
    'is answered with what is wrong: $faults',
    ({ event, faults }) => {
      const refusal = refusalOf(event);

      expect(refusal).toBeInstanceOf(MalformedEventError);
      expect(refusal).toMatchObject({
        name: 'MalformedEventError',
        code: 'malformed-event',
        service: 'sync',
        faults,
        message: `sync: the event is malformed: ${faults.join('; ')}; nothing was done`,
      });
    },
  );

  it.each([
    ['nested so deep that it cannot be written', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['with an action nested so deep', { action: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) }],
  ])('is refused when it is %s', (_what, event) => {
    expect(refusalOf(event)).toMatchObject({
      code: 'malformed-event',
      message: expect.stringContaining('got a value that cannot be shown; nothing was done'),
    });
  });

  it('makes no store call and is logged once', async () => {
    const { invoke, calls, log } = functionUnderTest();

    for (const [event] of MALFORMED) await expect(invoke(event)).rejects.toBeInstanceOf(MalformedEventError);

    expect(calls).toEqual([]);
    expect(log.of('error')).toEqual(MALFORMED.map(() => 'sync: the invocation failed; its error says what follows'));
  });

  it('leaves the prototype of objects alone', () => {
    refusalOf(JSON.parse('{"action":"pause","reason":"r","by":"b","__proto__":{"until":"x","polluted":true}}'));

    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

const FIELDS = [
  'action',
  'scheduledFor',
  'detail-type',
  'time',
  'id',
  'force',
  'reason',
  'by',
  'until',
  'executionId',
  'attempt',
];
const likelyValue = fc.oneof(
  fc.constantFrom<unknown>(
    'run-once',
    'status',
    'pause',
    'resume',
    'Scheduled Event',
    '<aws.scheduler.scheduled-time>',
  ),
  fc.constantFrom<unknown>('2025-10-09T12:00:00Z', '2025-10-09T12:30:00+02:00', '+010000-01-01T00:00:00Z', true, ''),
  fc.jsonValue(),
);
const anyEvent = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.oneof(fc.constantFrom(...FIELDS), fc.constantFrom('__proto__', 'constructor', 'toString')),
    likelyValue,
  ),
);

describe('any JSON value', () => {
  it('is either read or refused as malformed', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyEvent, (event) => {
        const result = refusalOf(event);
        const kind = result instanceof MalformedEventError ? result.code : (result as { kind?: string }).kind;
        seen.add(String(kind));
        expect(['firing', 'run-once', 'status', 'pause', 'resume', 'malformed-event']).toContain(kind);
      }),
      { numRuns: 2_000, examples: [[{ action: 'resume' }], [{ scheduledFor: '2025-10-09T12:00:00Z' }], [null]] },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['firing', 'resume', 'malformed-event']));
  });
});
