/** What a service prepares, once per process. */
import { describe, expect, it, vi } from 'vitest';
import { errorWith } from '../support/loop-kit.ts';
import { functionUnderTest } from './kit.ts';

const STATUS = { action: 'status' } as const;

describe('prepare', () => {
  it('is called once for all runs of a process, with the environment, and its result handed to each', async () => {
    const prepare = vi.fn(({ env }) => ({ endpoint: env['ENDPOINT'] }));
    const seen: unknown[] = [];
    const { tick } = functionUnderTest({
      prepare,
      workload: async ({ prepared }) => void seen.push(prepared),
      environment: { variables: { ENDPOINT: 'http://127.0.0.1:1' } },
    });
    await tick('12:01');
    await tick('12:02');

    expect(prepare).toHaveBeenCalledTimes(1);
    expect(seen).toEqual([{ endpoint: 'http://127.0.0.1:1' }, { endpoint: 'http://127.0.0.1:1' }]);
    expect(seen[0]).toBe(seen[1]);
  });

  it('is not called by an operator who only asks', async () => {
    const prepare = vi.fn(() => undefined);
    const { invoke } = functionUnderTest({ prepare });
    await invoke(STATUS);

    expect(prepare).not.toHaveBeenCalled();
  });

  it('remembers that it was called though it made nothing', async () => {
    const prepare = vi.fn(() => undefined);
    const { tick } = functionUnderTest({ prepare, script: 'SS' });
    await tick('12:01');
    await tick('12:02');

    expect(prepare).toHaveBeenCalledTimes(1);
  });

  const missing = () => {
    throw new RangeError('ENDPOINT: expected a URL, got none');
  };

  it('fails the run when it throws: a critical service halts', async () => {
    const { raisedBy, invoke } = functionUnderTest({ prepare: missing });

    expect(await raisedBy('12:01')).toMatchObject({
      message: 'sync: halted: RangeError: ENDPOINT: expected a URL, got none',
    });
    expect(await invoke(STATUS)).toMatchObject({ status: 'halted', runs: [{ outcome: 'fatal' }] });
  });

  it('fails the run when it throws: a service that continues on fatal errors is failing', async () => {
    const { tick } = functionUnderTest({ prepare: missing, onFatal: 'continue' });

    expect(await tick('12:01')).toMatchObject({
      outcome: 'fatal',
      verdict: 'steady',
      error: { class: 'RangeError', message: 'ENDPOINT: expected a URL, got none' },
    });
  });

  it('is called again after it threw, until it succeeds', async () => {
    const prepare = vi.fn(() => ({ ready: true }));
    prepare.mockImplementationOnce(() => {
      throw errorWith('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    });
    const { tick } = functionUnderTest({ prepare, script: 'SS' });

    expect(await tick('12:01')).toMatchObject({ outcome: 'failed' });
    expect(await tick('12:02')).toMatchObject({ outcome: 'succeeded' });
    expect(await tick('12:03')).toMatchObject({ outcome: 'succeeded' });
    expect(prepare).toHaveBeenCalledTimes(2);
  });
});
