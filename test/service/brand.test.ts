import { describe, expect, test } from 'vitest';
import { defineService, isService, withInterval } from '../../lib/service/index.ts';

const SERVICE = defineService({ name: 'svc', interval: '5m' });

describe('A service', () => {
  test('is recognised, and so are its copies', async () => {
    expect([SERVICE, withInterval(SERVICE, '1m'), { ...SERVICE, timeout: 5 }].map(isService)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is recognised although another copy of Tickover defined it', async () => {
    const path = '../../lib/service/brand.ts';
    const other: typeof import('../../lib/service/brand.ts') = await import(`${path}?copy`);

    expect(other.isService).not.toBe(isService);
    expect(other.isService(SERVICE)).toBe(true);
    expect(isService(other.branded({ ...SERVICE }))).toBe(true);
  });

  test('does not show its brand in JSON', () => {
    expect(JSON.stringify(SERVICE)).not.toContain('tickover.');
  });
});

describe('No service', () => {
  const { name, policy, workload } = SERVICE;
  test.each([
    ['the options of one', { name: 'svc', interval: '5m', workload: async () => {} }],
    ['an object of the same shape', { name, policy, workload }],
    ['a function', () => SERVICE],
    ['a list', [SERVICE]],
    ['nothing', undefined],
    ['null', null],
    ['a module whose default it is', { default: SERVICE }],
  ])('is %s', (_name, value) => {
    expect(isService(value)).toBe(false);
  });
});
