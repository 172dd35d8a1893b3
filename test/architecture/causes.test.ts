/** An error of ours that leaves takes no foreign error with it as it is: whoever prints it prints its causes too. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../../lib/local/database/database-error.ts';
import { LoopsFailedError } from '../../lib/loop/run-many.ts';
import { classifyCritical, exhaustionIn, haltedError } from '../../lib/service/index.ts';
import { StoreError } from '../../lib/store/errors.ts';
import { toSafeCause, toSafeError } from '../../lib/text/index.ts';
import { ROOT } from '../support/process.ts';
import { suppressed } from '../support/suppressed.ts';

const SECRET = 'hunter2';

/** A foreign error that has the secret in every place. */
function leaking(fields: object = {}): Error {
  const inner = Object.assign(new Error(`password=${SECRET}`), { config: { password: SECRET } });
  return Object.assign(new AggregateError([inner], `GET https://ada:${SECRET}@a.test`, { cause: inner }), fields);
}

const OURS: readonly (readonly [what: string, make: (cause: unknown) => Error])[] = [
  ['ServiceHaltedError', (cause) => haltedError('sync', 'Error: it broke', cause)],
  ['StoreError', (cause) => new StoreError('sync', 'taking the lease', 'the tick did not run', cause)],
  ['LoopsFailedError', (cause) => new LoopsFailedError([{ name: 'sync', error: cause }], 1)],
  ['DatabaseError', (cause) => new DatabaseError('database-unusable', 'it is gone', { cause })],
];

describe('an error of ours around a foreign one', () => {
  it.each(OURS)('shows no credential, however it is printed: %s', (_, make) => {
    for (const cause of [leaking(), `password=${SECRET}`, { password: SECRET }, new Error('a', { cause: leaking() })]) {
      expect(inspect(make(cause), { depth: 10, showHidden: true })).not.toContain(SECRET);
    }
  });

  it.each(OURS)('keeps a harmless one as it is: %s', (_, make) => {
    const cause = new RangeError('too far', { cause: new TypeError('rows is not iterable') });
    const error = make(cause) as Error & { errors?: unknown[] };

    expect(error.errors?.[0] ?? error.cause).toBe(cause);
  });

  it.each([
    [{ code: 'ECONNREFUSED' }, 'failed'],
    [{ code: 'ERR_INVALID_URL' }, 'fatal'],
    [{ statusCode: 503 }, 'failed'],
    [{ response: { status: 404 } }, 'fatal'],
    [{ $metadata: { httpStatusCode: 500 } }, 'failed'],
    [{ $retryable: { throttling: true }, $metadata: { httpStatusCode: 400 } }, 'failed'],
    [{ name: 'ThrottlingException' }, 'failed'],
    [{ name: 'TimeoutError' }, 'failed'],
  ])('is classified as if it had the foreign one itself: %j', (fields, kind) => {
    const foreign = Object.assign(new Error(`password=${SECRET}`), fields);
    const cause = toSafeCause(foreign);

    expect(cause).not.toBe(foreign);
    expect(classifyCritical(foreign).kind).toBe(kind);
    expect(classifyCritical(new Error('it failed', { cause })).kind).toBe(kind);
  });

  it('is classified by the causes and members of the foreign one too, though it takes none of them along', () => {
    const [reset, full] = ['ECONNRESET', 'EMFILE'].map((code) => Object.assign(new Error(SECRET), { code }));
    const text = `password=${SECRET}`;
    const foreign = [
      Object.assign(new Error(text, { cause: reset }), { $metadata: { httpStatusCode: 400 } }),
      new AggregateError([reset, full], text),
      suppressed(reset, Object.assign(new Error(text), { code: 'EPIPE' })),
      new Error(text, { cause: new Error('again', { cause: full }) }),
    ];
    const wrapped = foreign.map((error) => new Error('it failed', { cause: toSafeCause(error) }));

    expect(wrapped.map((error) => classifyCritical(error).kind)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(wrapped.map(exhaustionIn)).toEqual([undefined, 'process', undefined, 'process']);
    for (const error of wrapped) expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(text);
  });
});

describe('an error that leaves a handler', () => {
  it.each([
    ['its cause', new Error('it broke', { cause: leaking() })],
    ['the cause of its cause', new Error('it broke', { cause: new Error('so did this', { cause: leaking() }) })],
    ['a cause that is no error', new Error('it broke', { cause: { password: SECRET } })],
    ['a member', new AggregateError([new Error('a'), leaking()], 'many')],
    ['an error that was suppressed', suppressed(new Error('a'), leaking())],
    ['an error that suppressed another', suppressed(leaking(), new Error('a'))],
    ['a field', leaking({ config: { headers: { 'x-api-key': SECRET } } })],
  ])('shows no credential of %s', (_, error) => {
    expect(inspect(toSafeError(error), { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('ends where its causes are a circle', () => {
    const error = new Error('it broke');
    error.cause = error;

    expect(inspect(toSafeError(error))).toContain('it broke');
  });
});

/** A DatabaseError makes its cause safe itself. */
const RAW_CAUSE = /new (?!DatabaseError)\w*Error\((?:[^;](?!\n\n))*?\bcause(?!:\s*toSafeCause)(?: }|: )/;

it('no file gives an error a cause that is not made safe', () => {
  const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const raw = files.filter((file) => {
    const code = readFileSync(join(ROOT, 'lib', file), 'utf8');
    return RAW_CAUSE.test(code);
  });

  expect(raw).toEqual([]);
});
