import { describe, expect, it } from 'vitest';
import { fillPolicy, fitTrackRecord } from '../../lib/rules/index.ts';
import { bits, verdicts } from './play.ts';

const policyOf = (consecutive: number) => fillPolicy({ interval: 60_000, consecutive });
const trackRecord = (text: string) => [...text].map((bit) => bit === '1');

describe('a record met by another policy', () => {
  it.each([
    [3, '101', '101'],
    [2, '1001', '01'],
    [5, '001', '11001'],
    [3, '', '111'],
    [1, '10', '0'],
  ])(
    'a record of %i runs takes %j as %s: the newest are kept, and what is missing is good',
    (consecutive, stored, fitted) => {
      expect(bits(fitTrackRecord(policyOf(consecutive), trackRecord(stored)))).toBe(fitted);
    },
  );

  it('a record that has grown trips later, and one that has shrunk sooner', () => {
    const state = { failures: [], backoffCount: 0, streak: 2 };
    const grown = { ...state, trackRecord: fitTrackRecord(policyOf(5), trackRecord('100')) };
    const shrunk = { ...state, trackRecord: fitTrackRecord(policyOf(2), trackRecord('110')) };
    expect(verdicts(policyOf(5), 'FFF', grown)).toBe('..H');
    expect(verdicts(policyOf(2), 'F', shrunk)).toBe('H');
  });
});
