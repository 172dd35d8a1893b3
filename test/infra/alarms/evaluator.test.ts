/** The evaluator against what AWS documents, row by row. */
import { describe, expect, test } from 'vitest';
import { nextState } from './evaluator.ts';

const BASE = { evaluationPeriods: 3, threshold: 1, comparison: 'GreaterThanOrEqualToThreshold' } as const;

/** Oldest first as the documentation writes them: 0 within the threshold, X beyond it, - missing. */
function windows(row: string): (number | undefined)[] {
  const values: Record<string, number | undefined> = { '0': 0, X: 1, '-': undefined };
  return row
    .split(' ')
    .map((mark) => values[mark])
    .toReversed();
}

describe('three of three windows, five looked at', () => {
  test.each([
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', 'kept', 'ALARM', 'OK'],
  ] as const)('%s', (row, missing, ignore, breaching, notBreaching) => {
    const states = ['missing', 'ignore', 'breaching', 'notBreaching'].map((treatment) =>
      // A state that no treatment concludes here shows what was kept.
      nextState({ ...BASE, datapointsToAlarm: 3, missing: treatment }, windows(row), 'kept' as 'OK'),
    );

    expect(states).toEqual([missing, ignore, breaching, notBreaching]);
  });
});

describe('two of three windows, five looked at', () => {
  test.each([
    ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', 'ALARM', 'kept', 'ALARM', 'OK'],
  ] as const)('%s', (row, missing, ignore, breaching, notBreaching) => {
    const states = ['missing', 'ignore', 'breaching', 'notBreaching'].map((treatment) =>
      nextState({ ...BASE, datapointsToAlarm: 2, missing: treatment }, windows(row), 'kept' as 'OK'),
    );

    expect(states).toEqual([missing, ignore, breaching, notBreaching]);
  });
});

describe('the newest real windows decide, however far back the look-back finds them', () => {
  test.each([
    ['X - -', 'ALARM'],
    ['- - -', 'OK'],
    ['X 0 -', 'OK'],
  ] as const)('one of one window, three looked at: %s', (row, state) => {
    const alarm = { ...BASE, evaluationPeriods: 1, datapointsToAlarm: 1, missing: 'notBreaching' };

    expect(nextState(alarm, windows(row))).toBe(state);
  });
});
