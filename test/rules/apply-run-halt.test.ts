import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyRun,
  freshStart,
  NEVER_RUN,
  type Outcome,
  type ServiceState,
  withinBackoff,
} from '../../lib/rules/index.ts';
import { FAILED, FATAL, failureOf, INTERVAL, rulesOf, runAt, SUCCEEDED, settled } from './applying.ts';

describe('a halt', () => {
  it('is written with its cause, its build, and when it is probed', () => {
    expect(settled(rulesOf(), NEVER_RUN, runAt(600_000, FATAL)).halt).toEqual({
      at: 605_000,
      until: 605_000 + 900_000,
      build: 'b1',
      cause: 'ECONNREFUSED: a mistake',
    });
  });

  it('a halt by the threshold names it as its cause', () => {
    expect(settled(rulesOf({ consecutive: 1 }), NEVER_RUN, runAt(600_000, FAILED)).halt?.cause).toBe(
      'Service exceeded error threshold.',
    );
  });

  it('a halt that is to be asked has no end', () => {
    expect(settled(rulesOf({ restartAfter: 'never' }), NEVER_RUN, runAt(600_000, FATAL)).halt).not.toHaveProperty(
      'until',
    );
  });

  it('a halt that a probe renews keeps when it began, and waits anew', () => {
    const before: ServiceState = {
      ...NEVER_RUN,
      trackRecord: [true, true, true],
      halt: { at: 1, until: 2, build: 'b0', cause: 'old' },
    };
    expect(settled(rulesOf(), before, runAt(2_000_000, FAILED)).halt).toEqual({
      at: 1,
      until: 2_905_000,
      build: 'b1',
      cause: 'ECONNREFUSED: refused',
    });
  });

  it('a halt that a probe lifts is gone', () => {
    const before: ServiceState = { ...NEVER_RUN, halt: { at: 1, until: 2, build: 'b1', cause: 'old' } };
    const probed = applyRun(rulesOf(), before, [], runAt(2_000_000, SUCCEEDED));
    expect(probed.verdict).toBe('recovered');
    expect(probed.state).not.toHaveProperty('halt');
  });

  it('keeps its cause within 160 bytes, without cutting a character', () => {
    const long: Outcome = { kind: 'fatal', failure: failureOf('ü'.repeat(300)) };
    const cause = settled(rulesOf(), NEVER_RUN, runAt(600_000, long)).halt?.cause ?? '';
    expect(cause).toBe(`ECONNREFUSED: ${'ü'.repeat(73)}`);
  });

  it('a service that goes on after fatal errors is never halted by one', () => {
    const going = applyRun(rulesOf({ onFatal: 'continue', backoff: 4 }), NEVER_RUN, [], runAt(600_000, FATAL));
    expect(going.verdict).toBe('steady');
    expect(going.state).toMatchObject({ streak: 1, trackRecord: [true, true, false] });
    expect(going.state).not.toHaveProperty('halt');
  });
});

describe('a fresh start', () => {
  it('forgives every run that is counted, and keeps the marks, the history and the pause', () => {
    const before: ServiceState = {
      ...NEVER_RUN,
      fence: 9,
      countedUpTo: 8,
      epoch: 1,
      lastTick: 5,
      lastSuccess: 4,
      notBefore: 6,
      notBeforeBuild: 'b0',
      halt: { at: 1, cause: 'old' },
      pause: { at: 2, reason: 'maintenance', by: 'ada' },
      trackRecord: [false, false, false],
      backoffCount: 3,
      streak: 12,
      failuresAfter: 2,
      runs: [{ outcome: 'failed', at: 5, durationMs: 1, manual: false }],
      cursor: 'page 2',
    };
    expect(freshStart(before)).toEqual({
      fence: 9,
      countedUpTo: 8,
      epoch: 1,
      lastTick: 5,
      lastSuccess: 4,
      pause: before.pause,
      trackRecord: [],
      backoffCount: 0,
      streak: 0,
      failuresAfter: 8,
      runs: before.runs,
      cursor: 'page 2',
    });
  });
});

describe('any run of any service', () => {
  it('sets notBefore for the build that runs, and no further ahead than its own rules allow', () => {
    const outcomes = fc.constantFrom<Outcome>(SUCCEEDED, FAILED, { kind: 'crashed', failure: failureOf('died') });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(outcomes, { maxLength: 30 }), (consecutive, line) => {
        const rules = rulesOf({ consecutive, backoff: 40, maxInterval: 9 * INTERVAL });
        let state: ServiceState = NEVER_RUN;
        for (const [index, outcome] of line.entries()) {
          state = settled(rules, state, runAt(index * INTERVAL, outcome));
          expect(state.notBeforeBuild).toBe(state.notBefore === undefined ? undefined : 'b1');
          expect(withinBackoff(rules, state)).toBe(state);
        }
      }),
    );
  });

  it('leaves a state that is consistent: a halt and notBefore never stand together, a success clears both', () => {
    const outcomes = fc.constantFrom<Outcome>(SUCCEEDED, FAILED, FATAL, {
      kind: 'crashed',
      failure: failureOf('died'),
    });
    const policies = fc.record({
      consecutive: fc.integer({ min: 1, max: 4 }),
      backoff: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(policies, fc.array(outcomes, { maxLength: 30 }), (options, line) => {
        const rules = rulesOf(options);
        let state: ServiceState = NEVER_RUN;
        for (const [index, outcome] of line.entries()) {
          state = settled(rules, state, runAt(index * INTERVAL, outcome));
          expect(state.halt !== undefined && state.notBefore !== undefined).toBe(false);
          if (outcome.kind === 'succeeded') {
            expect([state.halt, state.notBefore, state.backoffCount, state.streak]).toEqual([
              undefined,
              undefined,
              0,
              0,
            ]);
          }
          if (state.backoffCount > 0 && state.halt === undefined) expect(state.notBefore).toBeGreaterThan(0);
        }
      }),
    );
  });
});
