/** The answers to runs by hand, as the caller of the function gets them. */
import { describe, expect, it } from 'vitest';
import { asSent, functionUnderTest } from './kit.ts';
import { BY_HAND, backingOff, FORCED, halted, NOT_RUN, ONCE, PAUSE, REFUSED } from './tick-answer-kit.ts';

describe('the answer to a run by hand', () => {
  it('shows a run of a healthy service, which bypassed nothing', async () => {
    const { invoke, goTo } = functionUnderTest();
    await goTo(Date.parse('2025-10-09T12:01:02Z'));

    expect(asSent(await invoke(ONCE))).toEqual(BY_HAND);
  });

  it('shows a failure without throwing', async () => {
    const { invoke, goTo } = functionUnderTest({ script: 'F' });
    await goTo(Date.parse('2025-10-09T12:01:02Z'));

    expect(asSent(await invoke(ONCE))).toEqual({ ...BY_HAND, outcome: 'failed', error: REFUSED, result: null });
  });

  it('shows a halt without throwing', async () => {
    const { invoke } = functionUnderTest({ script: 'X' });

    expect(await invoke(ONCE)).toMatchObject({
      outcome: 'fatal',
      verdict: 'halted',
      error: { class: 'TypeError', message: 'rows is not iterable' },
      bypassed: [],
      stays: ['halt'],
      nextDue: '2025-10-09T12:16:00.000Z',
    });
  });

  it.each([
    ['succeeds', 'S', { outcome: 'succeeded', verdict: 'recovered', stays: [], nextDue: '2025-10-09T12:03:00.000Z' }],
    ['fails', 'F', { outcome: 'failed', verdict: 'steady', stays: ['backoff'], nextDue: '2025-10-09T12:04:00.000Z' }],
  ])('runs a service that is backing off; the backoff goes or stays as it %s', async (_how, script, expected) => {
    const { invoke } = await backingOff(script);

    expect(await invoke(ONCE)).toMatchObject({ disposition: 'ran', bypassed: ['backoff'], ...expected });
  });

  it('does not run a paused service', async () => {
    const { invoke } = functionUnderTest();
    await invoke(PAUSE);

    expect(await invoke(ONCE)).toMatchObject({
      ...NOT_RUN,
      action: 'run-once',
      tick: null,
      reason: 'paused',
      bypassed: [],
      stays: ['pause'],
    });
  });

  it('runs a paused service by force, and leaves it paused', async () => {
    const { invoke, tick } = functionUnderTest();
    await invoke(PAUSE);

    expect(await invoke(FORCED)).toMatchObject({
      outcome: 'succeeded',
      bypassed: ['pause'],
      stays: ['pause'],
      nextDue: null,
    });
    expect(await tick('12:01')).toMatchObject({ reason: 'paused' });
  });

  it('does not run a halted service', async () => {
    const { invoke } = await halted('S');

    expect(await invoke(ONCE)).toMatchObject({ ...NOT_RUN, reason: 'halted', bypassed: [], stays: ['halt'] });
  });

  it('probes a halted service by force: a success lifts the halt', async () => {
    const { invoke, tick } = await halted('SS');

    expect(await invoke(FORCED)).toMatchObject({
      outcome: 'succeeded',
      verdict: 'recovered',
      bypassed: ['halt'],
      stays: [],
      nextDue: '2025-10-09T12:02:00.000Z',
    });
    expect(await tick('12:02')).toMatchObject({ disposition: 'ran' });
  });

  it('probes a halted service by force: a failure halts it again, without throwing', async () => {
    const { invoke, tick } = await halted('FS');

    expect(await invoke(FORCED)).toMatchObject({
      outcome: 'failed',
      verdict: 'halted',
      bypassed: ['halt'],
      stays: ['halt'],
      nextDue: '2025-10-09T12:17:00.000Z',
    });
    expect(await tick('12:02')).toMatchObject({ reason: 'halted' });
  });

  it('needs no force once the restart of a halted service is due: it is the probe', async () => {
    const { invoke, goTo } = await halted('F');
    await goTo(Date.parse('2025-10-09T12:16:02.250Z'));

    expect(await invoke(ONCE)).toMatchObject({ outcome: 'failed', verdict: 'halted', bypassed: [], stays: ['halt'] });
  });

  it('shows nothing as staying that has ended by itself', async () => {
    const { invoke, goTo } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:01:00Z' });
    await goTo(Date.parse('2025-10-09T12:01:00Z'));

    expect(await invoke(ONCE)).toMatchObject({ outcome: 'succeeded', bypassed: [], stays: [] });
  });

  it('shows everything that it bypassed, and of that what stays', async () => {
    const both = await halted('S');
    await both.invoke(PAUSE);
    expect(await both.invoke(FORCED)).toMatchObject({ bypassed: ['pause', 'halt'], stays: ['pause'] });

    const other = await backingOff('F');
    await other.invoke(PAUSE);
    expect(await other.invoke(FORCED)).toMatchObject({ bypassed: ['backoff', 'pause'], stays: ['backoff', 'pause'] });
  });

  it('shows what stands in the way of a service that is both paused and halted', async () => {
    const { invoke } = await halted('S');
    await invoke(PAUSE);

    expect(await invoke(ONCE)).toMatchObject({ reason: 'halted', bypassed: [], stays: ['pause', 'halt'] });
  });

  it('does not show a halt as staying that another build left', async () => {
    const { store, invoke: pausing } = await halted('');
    await pausing(PAUSE);
    const { invoke } = functionUnderTest({ ports: { store }, environment: { build: 'b2' } });

    expect(await invoke(ONCE)).toMatchObject({ reason: 'paused', bypassed: [], stays: ['pause'] });
  });

  it('never runs beside another run, by force neither', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({
      workload: async () => {
        answers.push(await kit.invoke(ONCE), await kit.invoke(FORCED));
      },
    });
    await kit.tick('12:01');

    expect(answers).toMatchObject([
      { disposition: 'skipped', reason: 'overlap', bypassed: [], stays: [] },
      { disposition: 'skipped', reason: 'overlap', bypassed: [], stays: [] },
    ]);
  });
});
