/** An error in one line of a terminal. */
import { expect, it } from 'vitest';
import { oneLine } from '../../lib/cli/database-flags.ts';

it('oneLine gives what happened in one line, credentials masked, and nothing that a terminal would obey', () => {
  expect(oneLine(new Error('connect failed\nto \u001b[31mhttp://ada:hunter2@db.test/\u202e'))).toBe(
    'connect failed to http://***@db.test/',
  );
});

it('oneLine goes by the code or the name where there is no message, and shows what is no error', () => {
  expect([Object.assign(new Error(), { code: 'EPIPE' }), new RangeError(), 'full', null].map(oneLine)).toEqual([
    'EPIPE',
    'RangeError',
    'full',
    'null',
  ]);
});
