import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendRun, formatRunHistory, HISTORY_SIZE, parseRunHistory, type RunEntry } from '../../lib/rules/index.ts';

const OUTCOMES = ['succeeded', 'failed', 'fatal', 'timed-out', 'crashed'] as const;

const run = (at: number): RunEntry => ({ outcome: 'succeeded', at, durationMs: 5, manual: false });

describe('the ring of runs', () => {
  it('is written as letter, due time and duration, a run by hand in lower case', () => {
    const runs: RunEntry[] = [
      { outcome: 'succeeded', at: 1_700_000_000_000, durationMs: 1500, manual: false },
      { outcome: 'failed', at: 36, durationMs: 0, manual: false },
      { outcome: 'fatal', at: 36, durationMs: 1, manual: false },
      { outcome: 'timed-out', at: 36, durationMs: 1, manual: true },
      { outcome: 'crashed', at: 36, durationMs: 1, manual: false },
    ];
    expect(formatRunHistory(runs)).toBe('Sloyw3v28.15o F10.0 X10.1 t10.1 C10.1');
  });

  it('comes back as it was written', () => {
    const lines = fc.record({
      outcome: fc.constantFrom(...OUTCOMES),
      at: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
      durationMs: fc.integer({ min: 0, max: 900_000 }),
      manual: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(lines, { maxLength: HISTORY_SIZE }), (runs) => {
        expect(parseRunHistory(formatRunHistory(runs))).toEqual(runs);
      }),
    );
  });

  it('writes a duration that a clock turned back, or halves, as one it can read', () => {
    expect(formatRunHistory([{ ...run(36), durationMs: -3 }])).toBe('S10.0');
    expect(formatRunHistory([{ ...run(36), durationMs: 2.4 }])).toBe('S10.2');
  });

  it('the history of nothing is empty', () => {
    expect(formatRunHistory([])).toBe('');
    expect(parseRunHistory('')).toEqual([]);
  });

  it.each([
    'S',
    'S10',
    'S10.',
    '10.5',
    'Z10.5',
    'S10.5 ',
    ' S10.5',
    'S10.5  S10.5',
    'S10.5;S10.6',
    'S-1.5',
    'S10.5.6',
    'SAB.5',
  ])('a history that is damaged is not read: %j', (text) => {
    expect(parseRunHistory(text)).toBeUndefined();
  });

  it('keeps the newest twenty', () => {
    let runs: readonly RunEntry[] = [];
    for (let at = 1; at <= 25; at++) runs = appendRun(runs, run(at));
    expect(runs.map(({ at }) => at)).toEqual([
      6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
  });
});
