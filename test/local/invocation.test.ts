/** Invocations by hand are checked before anything is started for them. */
import { describe, expect, test } from 'vitest';
import { checkInvocation } from '../../lib/local/index.ts';
import { defineService } from '../../lib/service/index.ts';

const entry = (name: string) => ({
  service: defineService({ name, interval: '1m' }),
  source: { file: `/f/${name}.ts` },
});
const CATALOG = {
  entries: ['check-endpoints', 'mark-late-runs'].map(entry),
  faults: [
    {
      file: '/f/sweep-tables.ts',
      name: 'sweep-tables',
      text: "functions/sweep-tables.ts: expected a service, got 'no table'",
    },
  ],
};
const NOW = Date.UTC(2026, 10, 29, 12);

const check = (service: string, payload = 'run-once') => checkInvocation(CATALOG, { service, payload }, NOW);
const withInput = (payload: string, input: string) =>
  checkInvocation(CATALOG, { service: 'check-endpoints', payload, input }, NOW);
const refusal = (service: string, payload?: string) => {
  try {
    return `accepted ${JSON.stringify(check(service, payload))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('an invocation by hand', () => {
  test('with an input has it in its event', () => {
    expect(withInput('run-once', '{"pages":[1]}')).toEqual({ action: 'run-once', input: { pages: [1] } });
    expect(withInput('{"action":"run-once","force":true}', 'null')).toEqual({
      ...{ action: 'run-once', force: true, input: null },
    });
  });

  test('without an input has that of its payload', () => {
    expect(check('check-endpoints', '{"action":"run-once","input":7}')).toEqual({ action: 'run-once', input: 7 });
  });

  test.each([
    ['run-once', '{pages}', "--input: expected JSON, got '{pages}'"],
    ['status', '{}', "--input: expected only with run-once, got it with 'status'"],
    [
      '{"scheduledFor":"2026-11-29T12:00:00Z"}',
      '{}',
      '--input: expected only with run-once, got it with {"scheduledFor":"2026-11-29T12:00:00Z"}',
    ],
    ['{"action":"run-once","input":1}', '2', '--input: expected no input in the payload beside it, got one'],
  ])('by %s with the input %s is refused', (payload, input, message) => {
    expect(() => withInput(payload, input)).toThrow(message);
  });

  test.each([
    ['run-once', { action: 'run-once' }],
    ['{"action":"run-once","force":true}', { action: 'run-once', force: true }],
    ['{"action":"pause","reason":"maintenance","by":"me"}', { action: 'pause', reason: 'maintenance', by: 'me' }],
    ['{"scheduledFor":"2026-11-29T12:00:00Z"}', { scheduledFor: '2026-11-29T12:00:00Z' }],
  ])('of a known service by %s is the event for its handler', (payload, event) => {
    expect(check('check-endpoints', payload)).toEqual(event);
  });

  test.each([
    [
      'check-endpoint',
      "service: expected check-endpoints or mark-late-runs, got 'check-endpoint'; did you mean 'check-endpoints'?",
    ],
    [
      'MarkLateRuns',
      "service: expected check-endpoints or mark-late-runs, got 'MarkLateRuns'; did you mean 'mark-late-runs'?",
    ],
    [
      'sweep-table',
      "service: expected check-endpoints or mark-late-runs, got 'sweep-table'; did you mean 'sweep-tables'?",
    ],
    ['something', "service: expected check-endpoints or mark-late-runs, got 'something'"],
  ])('of %s names the services, and the nearest one', (service, message) => {
    expect(refusal(service)).toBe(message);
  });

  test('of a service that can not be loaded says why', () => {
    expect(refusal('sweep-tables')).toBe(
      "sweep-tables: it can't be loaded (functions/sweep-tables.ts: expected a service, got 'no table'); nothing was started",
    );
  });

  test('of an event that names another service is refused', () => {
    expect(refusal('check-endpoints', '{"service":"mark-late-runs","action":"status"}')).toBe(
      "check-endpoints: service: expected 'check-endpoints' or no such field, got 'mark-late-runs'; nothing was done",
    );
    expect(check('check-endpoints', '{"service":"check-endpoints","action":"status"}')).toMatchObject({
      action: 'status',
    });
  });

  const ACTIONS = "'run-once', 'status', 'pause' or 'resume'";
  test.each([
    ['run-onec', `action: expected ${ACTIONS}, got 'run-onec'`, 'run-once'],
    ['Status', `action: expected ${ACTIONS}, got 'Status'`, 'status'],
    ['dance', `action: expected ${ACTIONS}, got 'dance'`],
    ['pause', 'reason: expected text of 1 to 120 bytes, got none; by: expected text of 1 to 32 bytes, got none'],
    ['{"action":"run-once","forse":true}', 'forse: expected no such field, got true', 'force'],
    ['{"action":"run-once","force":"yes"}', "force: expected true or false, got 'yes'"],
    ['{"scheduledFor":"yesterday"}', "scheduledFor: expected an ISO 8601 time with a zone, got 'yesterday'"],
  ])('by %s is refused with the field at fault', (payload, fault, meant?: string) => {
    expect(refusal('check-endpoints', payload)).toBe(
      `check-endpoints: the event is malformed: ${fault}; nothing was done${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
    );
  });

  test('by an object without a known field names the nearest', () => {
    expect(refusal('check-endpoints', '{"acton":"status"}')).toMatch(/; nothing was done; did you mean 'action'\?$/);
  });

  test.each(['{"action":', 'run once', '{action: status}', ''])(
    'by %j is refused as neither JSON nor a name',
    (payload) => {
      expect(refusal('check-endpoints', payload)).toBe(
        `payload: expected JSON or the name of an action, got '${payload}'`,
      );
    },
  );
});
