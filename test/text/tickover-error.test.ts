import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { LoopsFailedError } from '../../lib/loop/index.ts';
import { InvalidOptionsError, isInvalidOptions } from '../../lib/rules/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { hasCode, isTickoverError } from '../../lib/text/index.ts';
import { withTimeLimit } from '../../lib/time/index.ts';

/** Another copy of the module, with classes of its own, as a monorepo can have it. */
async function copyOf<Module>(path: string): Promise<Module> {
  return import(`${path}?copy`);
}

describe('An error of Tickover', () => {
  test('is recognised although another copy of Tickover made it', async () => {
    const other = await copyOf<typeof import('../../lib/rules/invalid-options.ts')>(
      '../../lib/rules/invalid-options.ts',
    );
    const error = new other.InvalidOptionsError('svc', ['a: expected b, got c']);

    expect(error).not.toBeInstanceOf(InvalidOptionsError);
    expect([isTickoverError(error), hasCode(error, 'invalid-options'), isInvalidOptions(error)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is recognised by any of several codes, and not by others', () => {
    const error = new InvalidOptionsError('svc', []);

    expect(hasCode(error, 'lease-lost', 'invalid-options')).toBe(true);
    expect(hasCode(error, 'lease-lost')).toBe(false);
    expect(hasCode(error)).toBe(false);
  });

  test('is recognised where its class is derived from another one than TickoverError', async () => {
    const late = withTimeLimit(fakeClock(0), 0, () => new Promise(() => {}));

    expect(hasCode(new LoopsFailedError([], 1), 'loops-failed')).toBe(true);
    expect(hasCode(await late.catch((error: unknown) => error), 'time-up')).toBe(true);
  });

  test('shows its brand neither in JSON nor among its own properties', () => {
    const error = new InvalidOptionsError('svc', []);

    expect(Object.getOwnPropertySymbols(error)).toEqual([]);
    expect(Object.keys(error).toSorted()).toEqual(['code', 'faults', 'name']);
  });
});

describe('A foreign value', () => {
  const hostile = new Proxy(new Error('hostile'), {
    get() {
      throw new Error('read');
    },
  });
  test.each<[string, unknown]>([
    [
      'an error with the same code',
      Object.assign(new Error('x'), { code: 'invalid-options', name: 'InvalidOptionsError' }),
    ],
    ['an error of another realm', runInNewContext("Object.assign(new Error('x'), { code: 'invalid-options' })")],
    ['a plain object with the brand', { [Symbol.for('tickover.error')]: true, code: 'invalid-options' }],
    ['an error whose properties throw', hostile],
    ['a text', 'invalid-options'],
    ['a number', 5],
    ['null', null],
    ['undefined', undefined],
  ])('is no error of Tickover: %s', (_name, value) => {
    expect([isTickoverError(value), hasCode(value, 'invalid-options')]).toEqual([false, false]);
  });
});
