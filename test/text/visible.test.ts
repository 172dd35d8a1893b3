/** What is written: nothing that a terminal would obey or that a reader can't see, whoever wrote it. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { escapeControls, escaped, escapeLogLine, guardOutput, printable } from '../../lib/text/index.ts';
import { hidesCharacters } from '../../lib/text/visible.ts';

const STEERING = '\u001b[2J \u009b31m \u0007 \b \r \u007f \u202e \u2066 \u200f \u061c \u2028 \u0000';
const LANGUAGES =
  'a\tb\nörgryte 日本語 שלום नी\u200dक می\u200cخواهم 葛\u{e0100} 1\ufe0f\u20e3 ❤\ufe0f 👩\u{1f3fd}\u200d🚀\n';

/** By name: one of each kind of character that nobody sees. */
const HIDDEN: Readonly<Record<string, string>> = {
  'the end of a text': '\u0000',
  'an escape': '\u001b',
  'a deletion': '\u007f',
  'the first C1 control': '\u0080',
  'the next line of C1': '\u0085',
  "C1's introducer of sequences": '\u009b',
  'the last C1 control': '\u009f',
  'a soft hyphen': '\u00ad',
  'a joiner of graphemes': '\u034f',
  'the mark of Arabic letters': '\u061c',
  'a filler of Hangul': '\u3164',
  'a vowel separator': '\u180e',
  'a space without a width': '\u200b',
  'a joiner between Latin letters': '\u200d',
  'a mark from left to right': '\u200e',
  'a mark from right to left': '\u200f',
  'the separator of lines': '\u2028',
  'the separator of paragraphs': '\u2029',
  'the first embedding': '\u202a',
  'an override': '\u202e',
  'a word joiner': '\u2060',
  'an invisible plus': '\u2064',
  'the first isolate': '\u2066',
  'the end of an isolate': '\u2069',
  'a digit shape': '\u206f',
  'a mark of byte order': '\ufeff',
  'an annotation': '\ufff9',
  'a tag': '\u{e0041}',
  'a selector that selects nothing': '\u{e0101}',
  'half a pair': '\ud83d',
};

describe('Hidden characters', () => {
  it.each(Object.entries(HIDDEN))('are escaped in messages, on terminals and in logs: %s', (_, character) => {
    const text = `a${character}b`;
    const inJson = JSON.stringify({ [text]: text });

    for (const visible of [escaped(text), escapeControls(text), escapeLogLine(text)]) {
      expect(visible).toMatch(/^[ -~]+$/);
      expect(JSON.parse(`"${visible}"`)).toBe(text);
    }
    expect(escapeLogLine(inJson)).toMatch(/^[ -~]+$/);
    expect(JSON.parse(escapeLogLine(inJson))).toEqual({ [text]: text });
    expect(hidesCharacters(inJson)).toBe(true);
    expect(printable(text)).not.toContain(character);
  });

  it('are escaped as JSON does it', () => {
    expect(escapeControls(STEERING)).toBe(
      String.raw`\u001b[2J \u009b31m \u0007 \u0008 \u000d \u007f \u202e \u2066 \u200f \u061c \u2028 \u0000`,
    );
    expect(escaped('a\tb\r\n\u{e0041}')).toBe(String.raw`a\tb\r\n\udb40\udc41`);
  });

  it('are what the text of no language consists of, on a terminal', () => {
    expect(escapeControls(LANGUAGES)).toBe(LANGUAGES);
    expect(printable(LANGUAGES)).toBe(LANGUAGES.replaceAll(/[\t\n]/g, ' '));
  });

  it.each([{ a: 'a\nb\tc' }, 'a backslash and the letter u: \\u001b \\b', { 'ä 日本 👩': ['…'] }])(
    'are not found in JSON without any: %j',
    (value) => {
      expect(hidesCharacters(JSON.stringify(value))).toBe(false);
    },
  );

  it('leave JSON the same data, on several lines too', () => {
    const value = { [STEERING]: [STEERING, LANGUAGES] };

    for (const escapeAll of [escapeControls, escapeLogLine]) {
      expect(JSON.parse(escapeAll(JSON.stringify(value, null, 2)))).toEqual(value);
    }
    expect(escapeLogLine('{\n\t"a": 1\n}')).toBe('{\n\t"a": 1\n}');
  });
});

describe('Guarded output', () => {
  it('guards each stream whatever writes to it, and passes on the rest of a write', () => {
    const written: unknown[][] = [];
    const stream = Object.assign(new EventEmitter(), {
      write: (...args: unknown[]) => written.push(args) > 0,
    });
    const done = () => {};

    guardOutput([stream]);
    const isWritten = stream.write('\u001b[31mred\n', 'utf8', done);
    stream.write(new Uint8Array([27]));

    expect(isWritten).toBe(true);
    expect(written).toEqual([['\\u001b[31mred\n', 'utf8', done], [new Uint8Array([27])]]);
  });

  it('goes on where the reader has gone', () => {
    const stream = Object.assign(new EventEmitter(), { write: () => true });

    guardOutput([stream]);

    expect(stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(true);
  });
});
