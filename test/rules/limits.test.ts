import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultWords, expectedWords, LIMITS, type LimitedOption, limitFaults } from '../../lib/rules/index.ts';
import {
  ACQUIRE_LIMIT,
  CONNECT_TIMEOUT,
  GRACE,
  ONE_TRY,
  RELEASE_LIMIT,
  REQUEST_TIMEOUT,
  REQUEST_TRIES,
  SEND_LIMIT,
  SEND_REQUEST_TIMEOUT,
} from '../../lib/service/index.ts';
import { ROOT } from '../support/process.ts';

const OPTIONS = Object.keys(LIMITS) as LimitedOption[];
const types = ['infra/settings.ts', 'lib/rules/policy.ts', 'lib/service/service.ts'].map((file) =>
  readFileSync(join(ROOT, file), 'utf8'),
);

/** The defaults in the comments of the types, by option. */
const documented = new Map(
  types
    .flatMap((source) => [...source.matchAll(/@default ([^\n]*?)(?:\n {3})?\s*\*\/\n {2}readonly (\w+)\??:/g)])
    .map(([, words = '', option = '']) => [option, words]),
);

describe('The limits of an option', () => {
  it.each(OPTIONS)('have the default that the comment of the type states: %s', (option) => {
    expect(documented.get(option)).toBe(defaultWords(option));
  });

  it.each(OPTIONS)('refuse nothing of their own default: %s', (option) => {
    const limit = LIMITS[option];
    if ('default' in limit) expect(limitFaults(option, limit.default)).toEqual([]);
  });

  it.each(OPTIONS)('leave no placeholder in their words: %s', (option) => {
    expect(expectedWords(LIMITS[option])).not.toMatch(/[{}]/);
  });

  it('state the value of a bound that follows from another option', () => {
    expect(limitFaults('reserve', 60_000, { bounds: { 'the timeout': 50_000 } })).toEqual([
      'reserve: expected a duration of 2 s or more and below the timeout (50 s), got 60000',
    ]);
  });
});

describe('The time budget', () => {
  it('gives the grace and one try to the least reserve', () => {
    expect([GRACE, ONE_TRY]).toEqual([1_000, 1_000]);
  });

  it('has room for every attempt of the client, and for one where a lease is released', () => {
    expect(REQUEST_TRIES * REQUEST_TIMEOUT).toBeLessThanOrEqual(ACQUIRE_LIMIT);
    expect(REQUEST_TIMEOUT).toBeLessThanOrEqual(RELEASE_LIMIT);
    expect(ACQUIRE_LIMIT + RELEASE_LIMIT).toBeLessThan(4_000);
  });

  it('has room for every attempt to send a notice, within ten seconds', () => {
    expect(REQUEST_TRIES * (CONNECT_TIMEOUT + SEND_REQUEST_TIMEOUT)).toBeLessThanOrEqual(SEND_LIMIT);
    expect(SEND_LIMIT).toBeLessThan(10_000);
  });
});
