import { describe, expect, it } from 'vitest';
import { figuresOf, wayOf } from './figures.ts';
import { calls, LAYOUT } from './kit.ts';
import { COLUMNS, callsInWords, pictureOf, withPicture } from './picture.ts';

const CALLS = calls(
  'run/tick:runTick',
  'store/acquire:acquire',
  'store/acquire:name',
  'store/acquire:name',
  'run/tick:',
  'run/tick:end',
);

describe('the picture of a way', () => {
  it('has the figures, and a line for each stop that marks turn-backs and names each function once', () => {
    expect(pictureOf(figuresOf(CALLS, LAYOUT), wayOf(CALLS, LAYOUT))).toBe(
      [
        '3 stops, 1 of them turn-backs (<), in 2 files; 5 calls in all',
        'with only the log, text and time left out: 3 stops',
        'with functions that have no name: 3 stops in 2 files; 6 calls in all',
        '',
        '1   run/tick.ts       runTick',
        '2   store/acquire.ts  acquire, name x2',
        '3 < run/tick.ts       end',
      ].join('\n'),
    );
  });

  it('has no line wider than a terminal, and counts the names it left out for that', () => {
    const many = calls(...Array.from({ length: 40 }, (_, index) => `run/tick:function${index}`));

    const lines = pictureOf(figuresOf(many, LAYOUT), wayOf(many, LAYOUT)).split('\n');

    expect(lines.filter(({ length }) => length > COLUMNS)).toEqual([]);
    expect(lines.at(-1)).toMatch(/^1 {3}run\/tick\.ts {2}function0, .*function5 and 34 more$/);
  });

  it('counts the functions where not even one name fits', () => {
    const long = calls(`run/tick:${'n'.repeat(COLUMNS)}`);

    expect(pictureOf(figuresOf(long, LAYOUT), wayOf(long, LAYOUT))).toMatch(/run\/tick\.ts {2}1 functions$/);
  });
});

describe('the calls in words', () => {
  it('are named functions by file, the most called first', () => {
    expect(callsInWords(CALLS)).toBe(
      [
        '5 calls of named functions',
        '',
        '     3  lib/store/acquire.ts',
        '             2  name',
        '             1  acquire',
        '     2  lib/run/tick.ts',
        '             1  runTick',
        '             1  end',
      ].join('\n'),
    );
  });
});

describe('a page with the picture', () => {
  it('has it between the markers, whatever stood there', () => {
    const page = 'before\n<!-- way -->\nold\n<!-- /way -->\nafter\n';

    expect(withPicture(page, 'new')).toBe('before\n<!-- way -->\n\n```text\nnew\n```\n\n<!-- /way -->\nafter\n');
  });

  it('is the same when the same picture is put there again', () => {
    const page = withPicture('<!-- way --><!-- /way -->', 'new');

    expect(withPicture(page, 'new')).toBe(page);
  });

  it.each([
    ['no markers', 'text'],
    ['no end', '<!-- way -->'],
    ['its end before its beginning', '<!-- /way --><!-- way -->'],
    ['two places', '<!-- way --><!-- /way --><!-- way --><!-- /way -->'],
  ])('is refused with %s', (_, page) => {
    expect(() => withPicture(page, 'new')).toThrow(RangeError);
  });
});
