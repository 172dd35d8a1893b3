/** The evaluator against what AWS documents, row by row. */
import { describe, expect, test } from 'vitest';
import { nextState } from './evaluator.ts';
import { parseRule } from './evaluator-template.ts';

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

describe('a rule', () => {
  test('is read with NOT before AND before OR, names quoted or not, ARNs as their alarms', () => {
    expect(parseRule('ALARM("a.Arn") OR OK(b) AND NOT (INSUFFICIENT_DATA("c"))')).toEqual({
      is: 'or',
      inner: [
        { is: 'state', state: 'ALARM', alarm: 'a' },
        {
          is: 'and',
          inner: [
            { is: 'state', state: 'OK', alarm: 'b' },
            { is: 'not', inner: { is: 'state', state: 'INSUFFICIENT_DATA', alarm: 'c' } },
          ],
        },
      ],
    });
  });

  test.each(['ALARM(', 'ALARM("a") AND', 'LOUD("a")', 'ALARM("a") ALARM("b")'])('is refused: %s', (rule) => {
    expect(() => parseRule(rule)).toThrow(/^rule: expected/);
  });
});
