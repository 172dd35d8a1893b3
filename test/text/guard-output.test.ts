/** What a command writes: nothing that a terminal would obey, whoever wrote it. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { escapeControls, guardOutput } from '../../lib/text/index.ts';

const STEERING = '\u001b[2J \u009b31m \u0007 \b \r \u007f \u202e \u2066 \u200f \u061c \u2028 \u0000';

describe('Guarded output', () => {
  it('has every character that a terminal would obey escaped as JSON does it', () => {
    expect(escapeControls(STEERING)).toBe(
      String.raw`\u001b[2J \u009b31m \u0007 \u0008 \u000d \u007f \u202e \u2066 \u200f \u061c \u2028 \u0000`,
    );
  });

  it('has lines, tabs, and text of every language as they are', () => {
    const text = 'a\tb\nörgryte 日本語 שלום 👩‍🚀\n';

    expect(escapeControls(text)).toBe(text);
  });

  it('has JSON as the same data', () => {
    const value = { [STEERING]: [STEERING, 'a\nb'] };

    expect(JSON.parse(escapeControls(JSON.stringify(value, null, 2)))).toEqual(value);
  });

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
