import { describe, expect, it } from 'vitest';
import { admit, applyRun, countedDue, NEVER_RUN, type Outcome, type ServiceState } from '../../lib/rules/index.ts';
import { FAILED, FATAL, failureOf, INTERVAL, rulesOf, runAt, SUCCEEDED, settled } from './applying.ts';

describe('a run that is settled', () => {
  it('leaves lease, marks, epoch, pause and bookmark to others', () => {
    const before: ServiceState = {
      ...NEVER_RUN,
      fence: 7,
      countedUpTo: 6,
      epoch: 2,
      lastTick: 0,
      lease: { owner: 'o', until: 99, tick: INTERVAL },
      pause: { at: 1, reason: 'maintenance', by: 'ada' },
      cursor: 'page 2',
    };
    expect(settled(rulesOf(), before, runAt(INTERVAL, FAILED))).toMatchObject({
      fence: 7,
      countedUpTo: 6,
      epoch: 2,
      lastTick: 0,
      lease: before.lease,
      pause: before.pause,
      cursor: 'page 2',
    });
  });

  it('enters the ring, and a success is remembered as the last', () => {
    const state = settled(rulesOf(), NEVER_RUN, runAt(INTERVAL, SUCCEEDED, { manual: true }));
    expect(state.runs).toEqual([{ outcome: 'succeeded', at: 60_000, durationMs: 3000, manual: true }]);
    expect(state.lastSuccess).toBe(65_000);
    expect(settled(rulesOf(), state, runAt(120_000, FAILED)).lastSuccess).toBe(65_000);
  });

  it('fits a record of another length to the policy first', () => {
    const before: ServiceState = { ...NEVER_RUN, trackRecord: [false, false], streak: 2 };
    expect(settled(rulesOf(), before, runAt(INTERVAL, SUCCEEDED)).trackRecord).toEqual([false, false, true]);
    expect(applyRun(rulesOf(), before, [], runAt(INTERVAL, FAILED)).verdict).toBe('halted');
  });

  it('forgets older failures from a trip on, and only then', () => {
    const rules = rulesOf({ consecutive: 2, backoff: 2 });
    const first = settled(rules, NEVER_RUN, runAt(INTERVAL, FAILED, { fence: 7 }));
    expect(first.failuresAfter).toBe(0);
    const second = applyRun(rules, first, [failureOf('before')], runAt(120_000, FAILED, { fence: 8 }));
    expect(second.state.failuresAfter).toBe(8);
    expect(second.failures).toEqual([]);
    expect(second.report).toContain('refused');
  });
});

describe('notBefore', () => {
  const rules = rulesOf({ consecutive: 1, backoff: 20 });

  it.each([
    [1, 1],
    [2, 3],
    [3, 7],
    [4, 15],
    [5, 31],
    [6, 63],
  ])('trip %i lets notBefore skip exactly %i ticks', (trips, skipped) => {
    let state: ServiceState = NEVER_RUN;
    let due = 0;
    let skips = 0;
    for (let runs = 0; runs < trips; due += INTERVAL) {
      if (admit(state, { tick: { kind: 'scheduled', scheduledFor: due }, now: due, build: 'b1' }) !== undefined)
        continue;
      state = settled(rules, state, runAt(due, FAILED));
      runs += 1;
    }
    while (admit(state, { tick: { kind: 'scheduled', scheduledFor: due }, now: due, build: 'b1' }) === 'backoff') {
      skips += 1;
      due += INTERVAL;
    }
    expect(skips).toBe(skipped);
  });

  it('counts from the tick, however late it started and however long it took', () => {
    expect(settled(rules, NEVER_RUN, runAt(600_000, FAILED, { endedAt: 655_000 })).notBefore).toBe(720_000);
  });

  it('has half an interval taken off on a cron schedule', () => {
    const cron = rulesOf(
      { interval: 86_400_000, consecutive: 1, backoff: 9 },
      { cron: '0 8 * * ? *', timezone: 'Europe/Berlin' },
    );
    const due = Date.parse('2026-03-28T07:00:00Z');
    expect(settled(cron, NEVER_RUN, runAt(due, FAILED)).notBefore).toBe(Date.parse('2026-03-29T19:00:00Z'));
  });

  it('is not stretched by jitter, which only moves a start inside its slot', () => {
    const jittered = rulesOf({ consecutive: 1, backoff: 9, jitterRange: 1 });
    expect(settled(jittered, NEVER_RUN, runAt(600_000, FAILED)).notBefore).toBe(720_000);
  });

  it('is capped by maxInterval', () => {
    const capped = rulesOf({ consecutive: 1, backoff: 9, maxInterval: 3 * INTERVAL });
    const before: ServiceState = { ...NEVER_RUN, backoffCount: 4 };
    expect(settled(capped, before, runAt(600_000, FAILED)).notBefore).toBe(780_000);
  });

  it('stays through failures that do not trip, and goes with a success', () => {
    const patient = rulesOf({ consecutive: 3, backoff: 9 });
    const before: ServiceState = { ...NEVER_RUN, backoffCount: 1, notBefore: 600_000 };
    expect(settled(patient, before, runAt(600_000, FAILED)).notBefore).toBe(600_000);
    expect(settled(patient, before, runAt(600_000, SUCCEEDED))).not.toHaveProperty('notBefore');
  });

  it('goes with a halt, which has an end of its own', () => {
    const before: ServiceState = { ...NEVER_RUN, backoffCount: 1, notBefore: 600_000 };
    expect(settled(rulesOf({ consecutive: 1, backoff: 2 }), before, runAt(600_000, FAILED))).not.toHaveProperty(
      'notBefore',
    );
    expect(settled(rules, before, runAt(600_000, FATAL))).not.toHaveProperty('notBefore');
  });

  it('counts a run by hand that trips from its start, moved back to the grid', () => {
    const started = 645_678;
    const due = countedDue(rules.schedule, started);
    expect(
      settled(rules, NEVER_RUN, runAt(due, FAILED, { at: started, endedAt: 650_000, manual: true })).notBefore,
    ).toBe(720_000);
  });

  describe('with a Retry-After', () => {
    const asking = (retryAfter: number): Outcome => ({ kind: 'failed', failure: failureOf('429'), retryAfter });
    const patient = rulesOf({ consecutive: 3, backoff: 9 });

    it('is the end of the run and what was asked for', () => {
      expect(settled(patient, NEVER_RUN, runAt(600_000, asking(90_000))).notBefore).toBe(695_000);
    });

    it('is the later of that and the backoff', () => {
      expect(settled(rules, NEVER_RUN, runAt(600_000, asking(90_000))).notBefore).toBe(720_000);
      expect(settled(rules, NEVER_RUN, runAt(600_000, asking(300_000))).notBefore).toBe(905_000);
    });

    it('is of the build that backed off, or of no build where the other side asked for longer', () => {
      expect(settled(rules, NEVER_RUN, runAt(600_000, asking(90_000))).notBeforeBuild).toBe('b1');
      expect(settled(rules, NEVER_RUN, runAt(600_000, asking(300_000))).notBeforeBuild).toBe('*');
      expect(settled(patient, NEVER_RUN, runAt(600_000, asking(90_000))).notBeforeBuild).toBe('*');
      const before: ServiceState = { ...NEVER_RUN, backoffCount: 1, notBefore: 900_000, notBeforeBuild: 'b1' };
      expect(settled(patient, before, runAt(600_000, FAILED)).notBeforeBuild).toBe('b1');
      expect(settled(patient, before, runAt(600_000, SUCCEEDED))).not.toHaveProperty('notBeforeBuild');
    });

    it('is never moved back by a shorter one', () => {
      const before: ServiceState = { ...NEVER_RUN, notBefore: 900_000 };
      expect(settled(patient, before, runAt(600_000, asking(1000))).notBefore).toBe(900_000);
    });
  });
});
