import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillPolicy,
  firstLoopState,
  type LoopState,
  type PolicyOptions,
  step,
  wouldTrip,
} from '../../lib/rules/index.ts';
import { bits, failure, outcome, play, stateAfter, verdicts } from './play.ts';

const policyOf = (options: PolicyOptions = {}) => fillPolicy({ interval: 60_000, ...options });

describe('the verdicts of a line of outcomes', () => {
  it.each<[string, PolicyOptions, string, string]>([
    ['nothing but successes', {}, 'SSSS', '....'],
    ['two failures and a success', {}, 'SFFS', '....'],
    ['three failures', {}, 'SFFF', '...H'],
    [
      'the record looks back at runs, not at time: a failure a third of the time never trips',
      {},
      'FSFFSFFS',
      '........',
    ],
    ['two trips allowed', { backoff: 2 }, 'FFFFFF', '..b..H'],
    ['a success between the trips', { backoff: 2 }, 'FFFSFFF', '..br..b'],
    ['after a success that ended a backoff, the record still knows it', { backoff: 3 }, 'FFFFSFFF', '..b.r..b'],
    ['every failure is a trip', { consecutive: 1, backoff: 3 }, 'FFSFFF', 'bbrbbH'],
    ['timed out and crashed count like failed', {}, 'FTC', '..H'],
    ['fatal halts at once', {}, 'SX', '.H'],
    ['fatal halts while backing off', { backoff: 4 }, 'FFFX', '..bH'],
    ['fatal as one more failure', { onFatal: 'continue' }, 'XXX', '..H'],
    ['fatal as one more failure among others', { onFatal: 'continue', backoff: 2 }, 'FXTS', '..br'],
    ['a loop service never trips', { kind: 'loop' }, 'FFFFFFFFTC', '..........'],
    ['a loop service halts on what is fatal to it', { kind: 'loop' }, 'FFX', '..H'],
    ['a loop service that is asked to trip', { kind: 'loop', trips: true }, 'FFF', '..H'],
    ['a critical service that is asked not to', { trips: false }, 'FFFFFF', '......'],
  ])('%s', (_name, options, letters, expected) => {
    expect(verdicts(policyOf(options), letters)).toBe(expected);
  });
});

describe('the state', () => {
  it('begins with nothing against the service', () => {
    expect(firstLoopState(policyOf({ consecutive: 2 }))).toEqual({
      trackRecord: [true, true],
      failures: [],
      backoffCount: 0,
      streak: 0,
    });
  });

  it.each<[string, string, number, number]>([
    ['SSF', '110', 0, 1],
    ['FSF', '010', 0, 1],
    ['FF', '100', 0, 2],
    ['FFF', '111', 1, 3],
    ['FFFF', '110', 1, 4],
    ['FFFFFF', '111', 2, 6],
    ['FFFFS', '101', 0, 0],
    ['FFFFFFFFF', '000', 3, 9],
  ])('the state after %s is record %s, backoff count %i, streak %i', (letters, record, backoffCount, streak) => {
    const state = stateAfter(policyOf({ backoff: 3 }), letters);
    expect([bits(state.trackRecord), state.backoffCount, state.streak]).toEqual([record, backoffCount, streak]);
  });

  it('remembers the newest failures up to memory, across successes, until a trip', () => {
    const policy = policyOf({ memory: 2, backoff: 2 });
    expect(stateAfter(policy, 'FSFSF').failures.map(({ at }) => at)).toEqual([2, 4]);
    expect(stateAfter(policy, 'FFF').failures).toEqual([]);
  });

  it('remembers nothing with memory 0, and trips all the same', () => {
    const policy = policyOf({ memory: 0, backoff: 2 });
    expect(stateAfter(policy, 'FF').failures).toEqual([]);
    expect(verdicts(policy, 'FFF')).toBe('..b');
  });

  it('keeps record, failures and count beside a halt by the threshold', () => {
    const state = stateAfter(policyOf(), 'FFF');
    expect(state).toEqual({
      trackRecord: [false, false, false],
      failures: [failure(0), failure(1), failure(2)],
      backoffCount: 1,
      streak: 3,
      haltCause: 'Service exceeded error threshold.',
    });
  });

  it('stays untouched beside a halt by a fatal error', () => {
    const policy = policyOf({ backoff: 4 });
    const before = stateAfter(policy, 'FFFFS');
    expect(step(policy, before, outcome('X', 9)).state).toEqual({ ...before, haltCause: 'ECONNREFUSED: number 9' });
  });

  it('keeps the streak of a loop service, for its alarms', () => {
    expect(stateAfter(policyOf({ kind: 'loop' }), 'FFFFF').streak).toBe(5);
  });
});

describe('the probe of a halted service', () => {
  const policy = policyOf({ backoff: 4 });
  const byFatal = stateAfter(policy, 'X');
  const byThreshold = stateAfter(policyOf(), 'FFF');

  it('halts again at the first failure, although the record still holds a true', () => {
    expect(verdicts(policy, 'FF', byFatal)).toBe('HH');
    expect(stateAfter(policy, 'F', byFatal)).toMatchObject({ streak: 1, haltCause: 'ECONNREFUSED: number 0' });
  });

  it('halts again by a fatal error, and leaves the rest as it was', () => {
    expect(stateAfter(policy, 'X', byThreshold)).toEqual({ ...byThreshold, haltCause: 'ECONNREFUSED: number 0' });
  });

  it('a probe that trips once more halts, however many trips are allowed', () => {
    const played = play(policy, 'F', { ...byFatal, trackRecord: [true, false, false] })[0];
    expect(played?.verdict).toBe('halted');
    expect(played?.state).toMatchObject({ backoffCount: 1, haltCause: 'Service exceeded error threshold.' });
    expect(played?.report[0]).toBe('Failed the last 3 attempts. Please check your environment and configuration.');
  });

  it('lifts the halt with a success, which leaves a record that can still trip soon', () => {
    expect(verdicts(policyOf(), 'SFF', byThreshold)).toBe('r..');
    expect(stateAfter(policyOf(), 'S', byThreshold)).toEqual({
      trackRecord: [false, false, true],
      failures: byThreshold.failures,
      backoffCount: 0,
      streak: 0,
    });
    expect(verdicts(policyOf(), 'SFFF', byThreshold)).toBe('r..H');
  });

  it('recovers without a report where nothing was backing off', () => {
    expect(play(policy, 'S', byFatal)[0]).toMatchObject({ verdict: 'recovered', report: [] });
  });

  it("a probe of a loop service that doesn't trip halts again too", () => {
    const loop = policyOf({ kind: 'loop' });
    expect(verdicts(loop, 'FS', stateAfter(loop, 'X'))).toBe('Hr');
  });
});

describe('the report', () => {
  it('shows a trip with one example of each class, newest first, and the interval from now on', () => {
    const policy = policyOf({ interval: 1500, backoff: 2 });
    let state = firstLoopState(policy);
    for (const [at, name] of [
      [1, 'TimeoutError'],
      [2, 'ECONNREFUSED'],
    ] as const) {
      state = step(policy, state, { kind: 'failed', failure: failure(at, name) }).state;
    }
    const tripped = step(policy, state, { kind: 'failed', failure: failure(3, 'TimeoutError') });
    expect(tripped.report).toEqual([
      'Failed the last 3 attempts. Please check your environment and configuration.',
      'Examples of recent errors:',
      'TimeoutError: number 3',
      'ECONNREFUSED: number 2',
      'Backing off due to consecutive errors, using increased interval of 3s.',
    ]);
  });

  it('names the interval that maxInterval leaves', () => {
    const policy = policyOf({ interval: 60_000, maxInterval: 90_000, backoff: 2, consecutive: 1 });
    expect(play(policy, 'F')[0]?.report.at(-1)).toBe(
      'Backing off due to consecutive errors, using increased interval of 90s.',
    );
  });

  it('shows a reset, and nothing else', () => {
    const lines = play(policyOf({ backoff: 2 }), 'SFFFSSF').map(({ report }) => report.length);
    expect(lines).toEqual([0, 0, 0, 4, 1, 0, 0]);
    expect(play(policyOf({ backoff: 2 }), 'FFFS')[3]?.report).toEqual(['Resetting backoff due to successful run.']);
  });

  it('is not made by a fatal error', () => {
    expect(play(policyOf(), 'FFX')[2]?.report).toEqual([]);
  });
});

describe('any line of outcomes', () => {
  const policies = fc
    .record({
      consecutive: fc.integer({ min: 1, max: 6 }),
      memory: fc.integer({ min: 0, max: 5 }),
      backoff: fc.integer({ min: 1, max: 4 }),
      onFatal: fc.constantFrom('halt' as const, 'continue' as const),
      trips: fc.boolean(),
    })
    .map(policyOf);
  const lines = fc.string({ unit: fc.constantFrom('S', 'F', 'X', 'T', 'C'), maxLength: 40 });

  it('leaves a state within its bounds, whatever came before', () => {
    fc.assert(
      fc.property(policies, lines, (policy, letters) => {
        for (const { state, verdict } of play(policy, letters)) {
          expect(state.trackRecord.length).toBe(policy.consecutive);
          expect(state.failures.length).toBeLessThanOrEqual(policy.memory);
          expect(verdict === 'halted').toBe(state.haltCause !== undefined);
          expect(verdict === 'backing-off' && state.trackRecord.includes(false)).toBe(false);
        }
      }),
    );
  });

  it('gives the same tail from the state as JSON remembers it', () => {
    fc.assert(
      fc.property(policies, lines, lines, (policy, head, tail) => {
        const state = stateAfter(policy, head);
        const remembered = JSON.parse(JSON.stringify(state)) as LoopState;
        expect(play(policy, tail, remembered)).toEqual(play(policy, tail, state));
      }),
    );
  });

  it('is foretold by wouldTrip exactly where examples are reported', () => {
    fc.assert(
      fc.property(policies, lines, (policy, letters) => {
        let state = firstLoopState(policy);
        for (const letter of letters) {
          const foretold = wouldTrip(policy, state, outcome(letter));
          const stepped = step(policy, state, outcome(letter));
          expect(stepped.report.includes('Examples of recent errors:')).toBe(foretold);
          state = stepped.state;
        }
      }),
    );
  });

  it('counts its streak from the last success', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('S', 'F', 'T', 'C'), maxLength: 40 }), (letters) => {
        const expected = letters.length - 1 - letters.lastIndexOf('S');
        expect(stateAfter(policyOf({ backoff: 3 }), letters).streak).toBe(expected);
      }),
    );
  });
});
