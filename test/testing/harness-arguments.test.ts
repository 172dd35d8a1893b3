/** Arguments that can't be used: the message names the field, what was expected and what came. */
import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { harness } from '../../lib/testing/index.ts';
import { service } from './harness-kit.ts';

const wrong = (value: unknown) => value as never;

describe('harness refuses', () => {
  const cases: readonly (readonly [string, () => unknown])[] = [
    ['service: expected a service that defineService has made, got undefined', () => harness(wrong(undefined))],
    [
      'service: expected a service that defineService has made, got {"name":"svc"}',
      () => harness(wrong({ name: 'svc' })),
    ],
    ['options: expected an object of options, got null', () => harness(service(), wrong(null))],
    ['envv: expected only known names, got {}; did you mean env?', () => harness(service(), wrong({ envv: {} }))],
    ["env: expected an object, got 'A=b'", () => harness(service(), { env: wrong('A=b') })],
    ['env.PORT: expected text, got 80', () => harness(service(), { env: { PORT: wrong(80) } })],
    ['secrets.TOKEN: expected text, got null', () => harness(service(), { secrets: { TOKEN: wrong(null) } })],
    [
      "secrets.TOKN: expected a secret that the service names, got another; did you mean 'TOKEN'?",
      () => harness(service(undefined, { secrets: { TOKEN: 'ssm:/t' } }), { secrets: { TOKN: 'swordfish' } }),
    ],
    ['prepare: expected a function, got {}', () => harness(service(), { prepare: wrong({}) })],
    ["seed: expected a whole number, 0 or more, got 'a'", () => harness(service(), { seed: wrong('a') })],
    ['seed: expected a whole number, 0 or more, got 1.5', () => harness(service(), { seed: 1.5 })],
    [
      "now: expected ISO 8601 with a zone, epoch milliseconds or a Date, got '2026-01-01T00:00'",
      () => harness(service(), { now: '2026-01-01T00:00' }),
    ],
    ['now: expected ISO 8601 with a zone', () => harness(service(), { now: new Date(Number.NaN) })],
    ['now: expected ISO 8601 with a zone', () => harness(service(), { now: Number.NaN })],
    ['now: expected ISO 8601 with a zone', () => harness(service(), { now: wrong([]) })],
    [
      "realLimit: expected a duration above 0 and up to 1 h, got '5'",
      () => harness(service(), { realLimit: wrong('5') }),
    ],
    ['realLimit: expected a duration above 0 and up to 1 h, got 0', () => harness(service(), { realLimit: 0 })],
    [
      "environment: TICKOVER_INTERVAL: expected a duration from 0.1 s up to 366 days, such as '5m', got '5' (write '5s' or",
      () => harness(service(), { env: { TICKOVER_INTERVAL: '5' } }),
    ],
  ];

  it.each(cases)('%s', (message, make) => {
    expect(make).toThrow(InvalidOptionsError);
    expect(make).toThrow(message);
  });

  it('all faults at once', () => {
    expect(() => harness(service(), { seed: -1, realLimit: -1, env: { A: wrong(1) } })).toThrow(
      /^harness: env\.A: .*; seed: .*; realLimit: /,
    );
  });
});

describe('a method refuses', () => {
  const h = harness(service());
  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      "advance: duration: expected a duration of 0 or more, such as '5m', got undefined",
      () => h.advance(wrong(undefined)),
    ],
    ["advance: duration: expected a duration of 0 or more, such as '5m', got '5'", () => h.advance(wrong('5'))],
    ["advance: duration: expected a duration of 0 or more, such as '5m', got -1", () => h.advance(-1)],
    ["runOnce: force: expected true or false, got 'yes'", () => h.runOnce({ force: wrong('yes') })],
    [
      'runOnce: forced: expected only known names, got true; did you mean force?',
      () => h.runOnce(wrong({ forced: true })),
    ],
    ['pause: reason: expected text, got 1', () => h.pause({ reason: wrong(1) })],
    [
      "pause: until: expected ISO 8601 with a zone, epoch milliseconds or a Date, later than now, got '2020-01-01T00:00:00Z'",
      () => h.pause({ until: '2020-01-01T00:00:00Z' }),
    ],
    ['crash: times: expected a whole number of 1 or more, or Infinity, got 0', async () => h.crash({ times: 0 })],
    ['crash: options: expected an object of options, got 2', async () => h.crash(wrong(2))],
    [
      "fail: times: expected a whole number of 1 or more, or Infinity, got '2'",
      async () => h.fail(new Error('x'), { times: wrong('2') }),
    ],
    ['fail: error: expected the error that the runs throw, got undefined', async () => h.fail(undefined)],
  ];

  it.each(cases)('%s', async (message, call) => {
    await expect(call()).rejects.toThrow(InvalidOptionsError);
    await expect(call()).rejects.toThrow(message);
  });

  it('and has changed nothing then', () => {
    expect(h.state).toMatchObject({ status: 'never-ran', pause: null });
    expect(h.now).toBe(Date.UTC(2026, 0, 1));
  });
});

describe('an instant may be', () => {
  it.each([
    ['2026-02-03T04:05:06Z'],
    ['2026-02-03T05:05:06+01:00'],
    [Date.UTC(2026, 1, 3, 4, 5, 6)],
    [new Date(Date.UTC(2026, 1, 3, 4, 5, 6))],
  ])('%s', (now) => {
    expect(harness(service(), { now }).now).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
  });
});
