import { describe, expect, it } from 'vitest';
import { figuresOf, stopsOf, wayOf } from './figures.ts';
import { calls, LAYOUT } from './kit.ts';

describe('the stops of a tick', () => {
  it('are none without calls', () => {
    expect(stopsOf([])).toEqual([]);
  });

  it('are one for consecutive calls into one file', () => {
    expect(stopsOf(calls('run/a:one', 'run/a:two'))).toEqual([
      { file: 'lib/run/a.ts', names: ['one', 'two'], isTurnBack: false },
    ]);
  });

  it('turn back where a call goes into a file that an earlier stop left', () => {
    const stops = stopsOf(calls('run/a:one', 'run/b:two', 'run/a:three', 'run/c:four', 'run/b:five'));

    expect(stops.map(({ file, isTurnBack }) => [file, isTurnBack])).toEqual([
      ['lib/run/a.ts', false],
      ['lib/run/b.ts', false],
      ['lib/run/a.ts', true],
      ['lib/run/c.ts', false],
      ['lib/run/b.ts', true],
    ]);
  });

  it('go on across a call into a file that is left out', () => {
    expect(wayOf(calls('run/a:one', 'store/helper:alias', 'time/clock:now', 'run/a:two'), LAYOUT)).toEqual([
      { file: 'lib/run/a.ts', names: ['one', 'two'], isTurnBack: false },
    ]);
  });

  it('go on across a call of a function without a name', () => {
    expect(wayOf(calls('run/a:one', 'run/b:', 'run/a:two'), LAYOUT)).toHaveLength(1);
  });
});

describe('the figures of a tick', () => {
  it('are all zero without calls', () => {
    expect(figuresOf([], LAYOUT)).toEqual({
      stops: 0,
      turnBacks: 0,
      files: 0,
      calls: 0,
      stopsWithHelpers: 0,
      withAnonymous: { stops: 0, files: 0, calls: 0 },
    });
  });

  it('count stops, turn-backs and files of the way alone, and calls wherever they go', () => {
    const figures = figuresOf(
      calls('run/a:one', 'run/b:two', 'text/mask:mask', 'run/a:three', 'rules/limits:limit'),
      LAYOUT,
    );

    expect(figures).toMatchObject({ stops: 3, turnBacks: 1, files: 2, calls: 5 });
  });

  it('count how many stops there are with helpers and rules, but without log, text and time', () => {
    const figures = figuresOf(
      calls(
        'run/a:one',
        'store/helper:alias',
        'rules/limits:limit',
        'rules/words:word',
        'lambda/log:line',
        'time/clock:now',
      ),
      LAYOUT,
    );

    expect(figures).toMatchObject({ stops: 1, stopsWithHelpers: 3 });
  });

  it('count functions without a name apart', () => {
    const figures = figuresOf(calls('run/a:one', 'run/b:', 'run/a:two', 'text/mask:'), LAYOUT);

    expect(figures).toMatchObject({ stops: 1, files: 1, calls: 2, withAnonymous: { stops: 3, files: 2, calls: 4 } });
  });
});
