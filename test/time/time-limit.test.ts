/** Work that has so much time and no more. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/testing/index.ts';
import { abortable, withTimeLimit } from '../../lib/time/index.ts';

const never = new Promise<never>(() => {});

describe('Work within a time', () => {
  it('has its signal aborted once the time has passed, and not before', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    let signal: AbortSignal | undefined;
    const work = withTimeLimit(clock, 3_000, (given) => {
      signal = given;
      return abortable(given, () => never);
    });
    work.catch(() => {});

    await clock.advance(2_999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);

    expect(signal?.aborted).toBe(true);
    await expect(work).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'time-up',
      message: 'no answer within 3 s',
    });
  });

  it('is left once the time has passed, also when it ignores its signal, and what it throws later disturbs nobody', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    let fail = (_error: Error) => {};
    const deaf = withTimeLimit(clock, 3_000, () => new Promise((_, reject) => (fail = reject)));
    deaf.catch(() => {});

    await clock.advance(3_000);

    await expect(deaf).rejects.toMatchObject({ code: 'time-up' });
    fail(new Error('nobody hears this'));
  });

  it('leaves no timer behind when it is done before, and its signal alone', async () => {
    const clock = fakeClock(0, { mode: 'manual' });
    const signal = await withTimeLimit(clock, 3_000, async (given) => given);

    expect(clock.sleeping).toBe(0);
    await clock.advance(10_000);
    expect(signal.aborted).toBe(false);
  });

  it('leaves no timer behind when it throws', async () => {
    const clock = fakeClock(0, { mode: 'manual' });

    await expect(withTimeLimit(clock, 3_000, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');

    expect(clock.sleeping).toBe(0);
  });
});

describe('Work that heeds a signal', () => {
  it('is not begun when the signal is aborted already', async () => {
    let begun = false;
    const work = async () => {
      begun = true;
    };

    await expect(abortable(AbortSignal.abort(new Error('over')), work)).rejects.toThrow('over');

    expect(begun).toBe(false);
  });

  it('is left when the signal is aborted, and what it throws after that disturbs nobody', async () => {
    const controller = new AbortController();
    let fail = (_error: Error) => {};
    const left = abortable(controller.signal, () => new Promise((_, reject) => (fail = reject)));
    controller.abort(new Error('over'));
    await expect(left).rejects.toThrow('over');

    fail(new Error('nobody hears this'));
  });

  it('leaves no listener on the signal, which may outlive it by far', async () => {
    const { signal } = new AbortController();
    await abortable(signal, async () => 1);
    await expect(abortable(signal, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');

    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('gives its result, without a signal too', async () => {
    expect(await abortable(undefined, async () => 1)).toBe(1);
    expect(await abortable(new AbortController().signal, async () => 2)).toBe(2);
  });
});
