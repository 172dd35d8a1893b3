/** What is remembered of a failure: grouped by class, bounded in bytes, and never an error itself. */
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpStatusError } from '../../lib/service/http.ts';
import { errorClassOf, summarizeError } from '../../lib/text/index.ts';
import { suppressed } from '../support/suppressed.ts';

const AT = 1_760_000_000_000;

function withCode(code: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { code });
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

describe('the class of an error', () => {
  it('is HttpStatusError for an HTTP error, whatever the status and the client', () => {
    const own = new HttpStatusError({ status: 503, method: 'GET', url: 'https://example.test/' });
    const axios = Object.assign(new Error('Request failed with status code 502'), {
      name: 'AxiosError',
      code: 'ERR_BAD_RESPONSE',
      response: { status: 502 },
    });
    const bare = Object.assign(new Error('Bad Gateway'), { statusCode: 502 });

    expect([own, axios, bare].map(errorClassOf)).toEqual(['HttpStatusError', 'HttpStatusError', 'HttpStatusError']);
  });

  it('is the code of the cause for a wrapped fetch failure, however deep', () => {
    const failed = new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') });

    expect(errorClassOf(failed)).toBe('ECONNREFUSED');
    expect(errorClassOf(new Error('sync failed', { cause: failed }))).toBe('ECONNREFUSED');
  });

  it('is HttpStatusError for a plain error around an HTTP error', () => {
    const cause = new HttpStatusError({ status: 500, method: 'GET', url: 'https://example.test/' });

    expect(errorClassOf(new Error('sync failed', { cause }))).toBe('HttpStatusError');
  });

  it('is the code of a plain error or an AggregateError that has one', () => {
    const eyeballs = Object.assign(new AggregateError([withCode('ECONNREFUSED')]), { code: 'ECONNREFUSED' });

    expect(errorClassOf(withCode('EPIPE'))).toBe('EPIPE');
    expect(errorClassOf(eyeballs)).toBe('ECONNREFUSED');
  });

  it('is the name of any other error, and of a class that states none the class', () => {
    class Unnamed extends Error {}

    expect(errorClassOf(new RangeError('x'))).toBe('RangeError');
    expect(errorClassOf(new DOMException('x', 'TimeoutError'))).toBe('TimeoutError');
    expect(errorClassOf(new Unnamed('x'))).toBe('Unnamed');
    expect(errorClassOf(new TypeError('x'))).toBe('TypeError');
    expect(errorClassOf(new AggregateError([withCode('EPIPE')]))).toBe('AggregateError');
  });

  it('is the code or the class of the later error of a SuppressedError, else of the earlier', () => {
    const [reset, bare] = [withCode('ECONNRESET'), new Error('bare')];

    expect(errorClassOf(suppressed(reset, withCode('EPIPE')))).toBe('ECONNRESET');
    expect(errorClassOf(suppressed(bare, new Error('sync failed', { cause: reset })))).toBe('ECONNRESET');
    expect(errorClassOf(suppressed(bare, suppressed(bare, withCode('EPIPE'))))).toBe('EPIPE');
    expect(errorClassOf(suppressed(new RangeError('x'), undefined))).toBe('SuppressedError');
    expect(errorClassOf(new Error('wrapped', { cause: suppressed(bare, reset) }))).toBe('ECONNRESET');
  });

  it('is the name of an error that another realm has made', () => {
    expect(errorClassOf(runInNewContext("new RangeError('from afar')"))).toBe('RangeError');
    expect(summarizeError(runInNewContext("new RangeError('from afar')"), AT).message).toBe('from afar');
  });

  it('is the kind of value for what is no error', () => {
    expect([null, undefined, 'text', 7, {}, Symbol('s')].map(errorClassOf)).toEqual([
      'null',
      'undefined',
      'string',
      'number',
      'object',
      'symbol',
    ]);
  });
});

describe('a summary that is cut', () => {
  // Cut first, the end of the URL is gone by which its password is known.
  const password = 'x9'.repeat(60);
  const leaking = (before: number) => `${'a '.repeat(before / 2)}https://ada:${password}@db.test/ is gone`;

  it.each([
    ['its message', 300, 'message'],
    ['the message in its text', 880, 'text'],
  ] as const)('shows no part of a credential at the end of %s', (_, before, part) => {
    expect(summarizeError(new Error(leaking(before)), AT)[part]).not.toContain('x9x9');
  });

  it('shows no part of a credential at the end of a frame of its stack', () => {
    const error = new Error('it broke');
    error.stack = `Error: it broke\n    at f (${'a/'.repeat(100)} https://ada:${password}@db.test/x.js:1:2)`;

    const { text } = summarizeError(error, AT);
    expect(text).toContain('    at f (a/a/');
    expect(text).not.toContain('x9x9');
  });

  it('shows no part of a credential at the end of its class', () => {
    const error = new Error('it broke');
    error.name = `Client https://ada:${password}@db.test/`;

    expect(errorClassOf(error)).toBe('Client https://***@db.test/');
  });
});

describe('the text of a memo', () => {
  it('holds class, message, code and the first six frames', () => {
    const error = withCode('EPIPE');
    error.stack = [
      'Error: it broke',
      ...Array.from({ length: 9 }, (_, frame) => `    at f${frame} (file.ts:1:1)`),
    ].join('\n');

    expect(summarizeError(error, AT)).toEqual({
      at: 1_760_000_000_000,
      errorClass: 'EPIPE',
      message: 'it broke',
      text: [
        'Error: it broke (EPIPE)',
        '    at f0 (file.ts:1:1)',
        '    at f1 (file.ts:1:1)',
        '    at f2 (file.ts:1:1)',
        '    at f3 (file.ts:1:1)',
        '    at f4 (file.ts:1:1)',
        '    at f5 (file.ts:1:1)',
      ].join('\n'),
    });
  });

  it('holds causes and members', () => {
    const { text } = summarizeError(
      new Error('outer', { cause: new AggregateError([new RangeError('first'), new RangeError('second')], 'both') }),
      AT,
    );

    expect(text.split('\n').filter((line) => !line.startsWith('    at '))).toEqual([
      'Error: outer',
      'Caused by: AggregateError: both',
      'Member: RangeError: first',
      'Member: RangeError: second',
    ]);
  });

  it('holds both errors of a SuppressedError, masked, and its message is made of theirs', () => {
    const earlier = new Error('select failed: postgres://app:hunter2hunter2@db/x', { cause: withCode('ECONNRESET') });
    const { message, text } = summarizeError(suppressed(new TypeError('close is no function'), earlier), AT);

    expect(message).toMatch(/^close is no function; it suppressed: select failed: postgres:/);
    expect(`${message} ${text}`).not.toContain('hunter2');
    expect(text.split('\n').filter((line) => /^(?:Caused by|Member)/.test(line))).toEqual([
      'Member: TypeError: close is no function',
      expect.stringMatching(/^Member: Error: select failed/),
      'Caused by: Error: it broke (ECONNRESET)',
    ]);
  });

  it('holds each error of a circle once', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });

    expect(summarizeError(first, AT).text.match(/Error: (first|second)/g)).toEqual(['Error: first', 'Error: second']);
  });

  it('holds at most eight errors of any number', () => {
    const members = Array.from({ length: 200_000 }, () => 'm');

    expect(summarizeError(new AggregateError([...members.keys()], 'many'), AT).text.match(/^Member: /gm)).toHaveLength(
      7,
    );
  });

  it('shows what was thrown if it is no error', () => {
    expect(summarizeError({ reason: 'full' }, AT)).toMatchObject({
      errorClass: 'object',
      message: '{"reason":"full"}',
    });
    expect(summarizeError('full', AT)).toMatchObject({ errorClass: 'string', message: 'full', text: 'full' });
    expect(summarizeError(undefined, AT)).toMatchObject({ errorClass: 'undefined', message: 'undefined' });
  });

  it('goes by the code where the message is empty, and by the first line where there are more', () => {
    expect(summarizeError(withCode('ECONNREFUSED', ''), AT).message).toBe('ECONNREFUSED');
    expect(summarizeError(new Error('\nfirst\nsecond'), AT).message).toBe('first');
  });
});

describe('the size of a memo', () => {
  it('is bounded in bytes, without a character cut in two', () => {
    const cause = new Error('é😀'.repeat(10_000));
    const error = Object.assign(new Error('é😀'.repeat(10_000), { cause }), { name: 'Ü'.repeat(999) });
    error.stack = '';
    cause.stack = ['Error', `    at ${'é😀'.repeat(100)}`, `    at ${'é😀'.repeat(100)}`].join('\n');

    const summary = summarizeError(error, AT);

    expect([bytes(summary.errorClass), bytes(summary.message), bytes(summary.text)]).toEqual([64, 398, 2_399]);
    expect(`${summary.errorClass}${summary.message}${summary.text}`).not.toContain('\uFFFD');
  });

  it('leaves room for the cause behind a long message', () => {
    const { text } = summarizeError(new Error('x'.repeat(50_000), { cause: new RangeError('the reason') }), AT);

    expect(text).toContain('Caused by: RangeError: the reason');
  });

  it('is bounded for a hostile message of a megabyte', () => {
    for (const piece of [
      'token',
      'a-',
      'eyJ-',
      'a://b:',
      'password="\\',
      '?;&',
      '-----BEGIN PRIVATE KEY-----',
      ' \n',
    ]) {
      const { message, text } = summarizeError(new Error(piece.repeat(1_000_000 / piece.length)), AT);

      expect(bytes(message)).toBeLessThanOrEqual(400);
      expect(bytes(text)).toBeLessThanOrEqual(2_400);
    }
  });

  it('masks message and text alike', () => {
    const { message, text } = summarizeError(new Error('GET https://me:hunter2@example.test/?token=abc failed'), AT);

    expect(message).toBe('GET https://***@example.test/?token=*** failed');
    expect(text).not.toMatch(/hunter2|abc/);
  });
});

describe('a hostile value', () => {
  const refuse = () => {
    throw new Error('no');
  };
  const revoked = Proxy.revocable(new Error('x'), {});
  revoked.revoke();
  const trapped = (target: object) => new Proxy(target, { get: refuse, getPrototypeOf: refuse, has: refuse });

  it.each([
    [
      'getters that throw',
      Object.defineProperties(new Error('x'), { message: { get: refuse }, name: { get: refuse } }),
    ],
    ['a cause that throws', Object.defineProperty(new Error('x'), 'cause', { get: refuse })],
    ['members that throw', Object.defineProperty(new AggregateError([]), 'errors', { get: refuse })],
    ['members that are none', Object.assign(new AggregateError([]), { errors: 7 })],
    ['a proxy that throws', trapped(new Error('x'))],
    ['a proxy of an error that throws on get alone', new Proxy(new Error('x'), { get: refuse })],
    ['a revoked proxy', revoked.proxy],
    ['a revoked proxy as cause', new Error('x', { cause: revoked.proxy })],
    ['a null prototype', Object.create(null)],
    ['an error without a prototype of its own', Object.setPrototypeOf(new Error('x'), null)],
    ['a symbol', Symbol('s')],
    [
      'a symbol as message',
      Object.assign(new Error('x'), { message: Symbol('s'), name: Symbol('n'), stack: 7, code: {} }),
    ],
    ['a toJSON that gives nothing', { toJSON: () => undefined }],
    ['a toJSON that throws', { toJSON: refuse }],
    ['a bigint within', { n: 1n }],
  ])('makes a memo all the same: %s', (_, raised) => {
    const summary = summarizeError(raised, AT);

    expect(summary.at).toBe(1_760_000_000_000);
    expect([typeof summary.errorClass, typeof summary.message, typeof summary.text]).toEqual([
      'string',
      'string',
      'string',
    ]);
    expect(summary.text).not.toBe('');
  });

  it('a value of any shape makes a summary within its bounds', () => {
    const error = fc.letrec((tie) => ({
      error: fc
        .record(
          {
            name: fc.anything(),
            code: fc.anything(),
            status: fc.anything(),
            cause: tie('any'),
            errors: fc.array(tie('any')),
          },
          { requiredKeys: [] },
        )
        .chain((fields) =>
          fc
            .constantFrom(Error, AggregateError)
            .map((Class) => Object.assign(Class === Error ? new Error('x') : new AggregateError([]), fields)),
        ),
      any: fc.oneof({ depthSize: 'small' }, fc.anything({ withBigInt: true, withNullPrototype: true }), tie('error')),
    })).any;
    fc.assert(
      fc.property(error, (raised) => {
        const summary = summarizeError(raised, AT);
        return bytes(summary.errorClass) <= 64 && bytes(summary.message) <= 400 && bytes(summary.text) <= 2_400;
      }),
    );
  });
});
