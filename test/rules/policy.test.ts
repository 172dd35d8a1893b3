import { describe, expect, it } from 'vitest';
import { fillPolicy, type PolicyOptions, policyFaults } from '../../lib/rules/index.ts';
import { showValue } from '../../lib/text/index.ts';

describe('a policy', () => {
  it('a critical service has the defaults of the original', () => {
    expect(fillPolicy({ interval: '5m' })).toEqual({
      kind: 'critical',
      interval: 300_000,
      memory: 10,
      consecutive: 3,
      backoff: 1,
      trips: true,
      onFatal: 'halt',
      restartAfter: 3_000_000,
    });
  });

  it('a loop service has an interval of 60 s and never trips', () => {
    expect(fillPolicy({ kind: 'loop' })).toMatchObject({ kind: 'loop', interval: 60_000, trips: false });
  });

  it('is restarted after 15 minutes at least', () => {
    expect(fillPolicy({ interval: '10s' }).restartAfter).toBe(900_000);
    expect(fillPolicy({ interval: '1h' }).restartAfter).toBe(36_000_000);
    expect(fillPolicy({ interval: '1h', restartAfter: '5m' }).restartAfter).toBe(300_000);
    expect(fillPolicy({ interval: '1h', restartAfter: 'never' }).restartAfter).toBe('never');
  });

  it.each<PolicyOptions>([
    { interval: '100ms', memory: 0, consecutive: 1, backoff: 1, jitterRange: 0.001, maxInterval: '100ms' },
    {
      interval: '366d',
      memory: 50,
      consecutive: 64,
      backoff: 1000,
      jitterRange: 1,
      maxInterval: '366d',
      restartAfter: '366d',
    },
  ])('takes the ends of its ranges: %j', (options) => {
    expect(policyFaults(options)).toEqual([]);
  });
});

const INTERVAL = "interval: expected a duration from 0.1 s up to 366 days, such as '5m', got";
const MEMORY = 'memory: expected a whole number from 0 to 50, got';
const CONSECUTIVE = 'consecutive: expected a whole number from 1 to 64, got';
const BACKOFF = 'backoff: expected a whole number of 1 or more, got';
const JITTER = 'jitterRange: expected a number above 0 and up to 1, got';
const LONGEST = 'maxInterval: expected a duration from the interval (300 s) up to 366 days, got';
const RESTART = "restartAfter: expected 'never' or a duration above 0 and up to 366 days, got";

describe('a policy is refused', () => {
  it.each<[string, Record<string, unknown>]>([
    [`${INTERVAL} 0`, { interval: 0 }],
    [`${INTERVAL} -1`, { interval: -1 }],
    [`${INTERVAL} '5' (write '5s' or '5ms')`, { interval: '5' }],
    [`${INTERVAL} 300 (write '300s' or '300ms')`, { interval: 300 }],
    [`${RESTART} 5 (write '5s' or '5ms')`, { restartAfter: 5 }],
    [`${INTERVAL} 'soon'`, { interval: 'soon' }],
    [`${INTERVAL} '367d'`, { interval: '367d' }],
    [`${INTERVAL} NaN`, { interval: Number.NaN }],
    [`${INTERVAL} Infinity`, { interval: Number.POSITIVE_INFINITY }],
    [`${INTERVAL} undefined`, { interval: undefined }],
    [`${MEMORY} -1`, { memory: -1 }],
    [`${MEMORY} 51`, { memory: 51 }],
    [`${MEMORY} 1.5`, { memory: 1.5 }],
    [`${MEMORY} '10'`, { memory: '10' }],
    [`${CONSECUTIVE} 0`, { consecutive: 0 }],
    [`${CONSECUTIVE} 65`, { consecutive: 65 }],
    [`${CONSECUTIVE} 2.5`, { consecutive: 2.5 }],
    [`${BACKOFF} 0`, { backoff: 0 }],
    [`${BACKOFF} 1.5`, { backoff: 1.5 }],
    [`${BACKOFF} 3n`, { backoff: 3n }],
    [`${JITTER} 0`, { jitterRange: 0 }],
    [`${JITTER} 1.01`, { jitterRange: 1.01 }],
    [`${JITTER} -0.3`, { jitterRange: -0.3 }],
    [`${LONGEST} '4m'`, { maxInterval: '4m' }],
    [`${LONGEST} '367d'`, { maxInterval: '367d' }],
    [`${LONGEST} [1,2]`, { maxInterval: [1, 2] }],
    [`${RESTART} 0`, { restartAfter: 0 }],
    [`${RESTART} 'Never'`, { restartAfter: 'Never' }],
    ["kind: expected 'critical' or 'loop', got 'vital'", { kind: 'vital' }],
    ["trips: expected true or false, got 'no'", { trips: 'no' }],
    ["onFatal: expected 'halt' or 'continue', got 'ignore'", { onFatal: 'ignore' }],
  ])('%s', (fault, options) => {
    expect(policyFaults({ interval: '5m', ...options } as PolicyOptions)).toContain(fault);
  });

  it('all faults are named at once', () => {
    expect(policyFaults({ interval: '5m', memory: 99, backoff: 0 })).toEqual([
      'memory: expected a whole number from 0 to 50, got 99',
      'backoff: expected a whole number of 1 or more, got 0',
    ]);
  });
});

describe('a value in a message', () => {
  it.each([
    ['text', "'text'"],
    [5, '5'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [() => 1, 'a function'],
    [7n, '7n'],
  ])('%s is showValue as %s', (value, expected) => {
    expect(showValue(value)).toBe(expected);
  });

  it('a value that cannot be written is named as one', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

    expect([circle, deep].map(showValue)).toEqual(['a value that cannot be shown', 'a value that cannot be shown']);
  });
});
