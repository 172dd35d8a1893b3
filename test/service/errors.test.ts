/** Errors that hold a foreign text: whoever prints them as they are prints nothing hidden. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { MalformedEventError } from '../../lib/lambda/index.ts';
import { DatabaseError } from '../../lib/local/database/database-error.ts';
import { LoopsFailedError } from '../../lib/loop/index.ts';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { HttpStatusError, haltedError, UnreadableStateError } from '../../lib/service/index.ts';
import { StoreError } from '../../lib/store/errors.ts';

const HOSTILE = 'a\u001b[2J\u007f\u009b\u200b\u200d\u202e\u2028\ufeff\u{e0041}z';
const CAUSE = Object.assign(new Error(HOSTILE, { cause: HOSTILE }), { code: HOSTILE });

it.each([
  haltedError('sync', HOSTILE, CAUSE),
  new UnreadableStateError('state-damaged', 'sync', HOSTILE),
  new HttpStatusError({ status: 500, method: HOSTILE, url: HOSTILE, expected: HOSTILE }),
  new StoreError('sync', 'taking the lease', 'nothing ran', CAUSE),
  new DatabaseError('database-unusable', HOSTILE, { cause: CAUSE }),
  new InvalidOptionsError(HOSTILE, [HOSTILE]),
  new MalformedEventError('sync', [HOSTILE]),
  new LoopsFailedError([{ name: 'sync', error: CAUSE }], 2),
])('$name shows hidden characters, in its causes and fields too', (error) => {
  expect(inspect(error, { depth: 9 })).not.toMatch(/[^\n -~]/);
  expect(JSON.stringify({ ...error, message: error.message })).not.toMatch(/[^ -~]/);
});
