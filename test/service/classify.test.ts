/**
 * Rules R3 and R4 on the shapes that errors come in. What sockets and the AWS SDK really throw is in files of their
 * own.
 */
import tls from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifierOf, classifyCritical, classifyLoop, classifyTolerant } from '../../lib/service/classify.ts';
import { LeaseLostError, NotImplementedError } from '../../lib/service/errors.ts';
import { exhaustionIn } from '../../lib/service/exhaustion.ts';
import { HttpStatusError } from '../../lib/service/http.ts';
import { errorClassOf } from '../../lib/text/index.ts';
import { suppressed } from '../support/suppressed.ts';

const FAILED = { kind: 'failed' };
const FATAL = { kind: 'fatal' };

function withFields(fields: object, message = 'it broke', options?: ErrorOptions): Error {
  return Object.assign(new Error(message, options), fields);
}

function withCode(code: string): Error {
  return withFields({ code });
}

function answered(status: number, retryAfter?: number): HttpStatusError {
  return new HttpStatusError({ status, method: 'GET', url: 'https://example.test/', retryAfter });
}

/** As axios shapes it. */
function axiosError(status: number, headers: object = {}): Error {
  const code = status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST';
  return withFields({ name: 'AxiosError', code, status, response: { status, headers } });
}

describe('an HTTP status', () => {
  it.each([
    [400, FATAL],
    [404, FATAL],
    [408, FATAL],
    [429, FATAL],
    [499, FATAL],
    [500, FAILED],
    [503, FAILED],
    [599, FAILED],
  ])('a status of %i is judged alike in every shape it comes in', (status, judged) => {
    const shapes = [
      answered(status),
      axiosError(status),
      withFields({ response: { status } }),
      withFields({ response: { statusCode: status } }),
      withFields({ status }),
      withFields({ statusCode: status }),
      ...(status === 429 ? [] : [withFields({ $metadata: { httpStatusCode: status } })]),
      new Error('sync failed', { cause: answered(status) }),
      new TypeError('sync failed', { cause: axiosError(status) }),
    ];

    expect(shapes.map(classifyCritical)).toEqual(shapes.map(() => judged));
  });

  it("of 429 is throttling where AWS's clients say so", () => {
    expect(classifyCritical(withFields({ name: 'Foo', $metadata: { httpStatusCode: 429 } }))).toEqual(FAILED);
  });

  it('outweighs the code beside it', () => {
    expect(classifyCritical(withFields({ statusCode: 503, code: 'UND_ERR_INVALID_ARG' }))).toEqual(FAILED);
    expect(classifyCritical(withFields({ status: 404, code: 'ECONNRESET' }))).toEqual(FATAL);
  });

  it('a status below 400, or of a process, decides nothing', () => {
    expect(classifyCritical(answered(204))).toEqual(FATAL);
    expect(classifyCritical(withFields({ status: 1, code: 'ECONNRESET' }))).toEqual(FAILED);
    expect(classifyCritical(withFields({ status: '503' }))).toEqual(FATAL);
  });
});

describe('what AWS lets be tried again', () => {
  it('is transient whatever its status', () => {
    const shapes = [
      withFields({ $retryable: {}, $metadata: { httpStatusCode: 400 } }),
      withFields({ $retryable: { throttling: true }, name: 'SomethingNew', $metadata: { httpStatusCode: 429 } }),
      withFields({ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }),
      withFields({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } }),
      withFields({ code: 'Throttling', statusCode: 400 }),
      withFields({ name: 'SlowDown', $metadata: { httpStatusCode: 403 } }),
      withFields({ name: 'RequestTimeout', $metadata: { httpStatusCode: 400 } }),
    ];

    expect(shapes.map(classifyCritical)).toEqual(shapes.map(() => FAILED));
  });

  it.each([
    ...['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'InvalidSignatureException'],
    ...['SignatureDoesNotMatch', 'AuthFailure', 'ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
    ...['KMSThrottlingException', 'KmsThrottled', 'KMS.ThrottlingException', 'KMSThrottledException'],
    ...['AWS.SimpleQueueService.RequestThrottled', 'TransactionConflictException'],
  ])('an error of its name is transient, as its name or its code: %s', (name) => {
    const $metadata = { httpStatusCode: 400 };

    expect(classifyCritical(withFields({ name, $metadata }))).toEqual(FAILED);
    expect(classifyCritical(withFields({ code: name, statusCode: 403 }))).toEqual(FAILED);
    expect(classifyCritical(new Error('no rows', { cause: withFields({ name, $metadata }) }))).toEqual(FAILED);
  });

  it.each(['AccessDeniedException', 'UnrecognizedClientException', 'InvalidClientTokenId', 'ThrottlingConfigError'])(
    'an error that says nothing of a later time is fatal: %s',
    (name) => {
      expect(classifyCritical(withFields({ name, $metadata: { httpStatusCode: 400 } }))).toEqual(FATAL);
    },
  );

  it('is a refusal for which the client has corrected its clock', () => {
    const $metadata = { httpStatusCode: 403, clockSkewCorrected: true };

    expect(classifyCritical(withFields({ name: 'AccessDeniedException', $metadata }))).toEqual(FAILED);
  });

  it.each([
    [['None', 'TransactionConflict'], FAILED],
    [['ThrottlingError', 'None', 'ProvisionedThroughputExceeded'], FAILED],
    [['ConditionalCheckFailed', 'TransactionConflict'], FATAL],
    [['None', 'ValidationError'], FATAL],
    [['None', 'None'], FATAL],
    [[], FATAL],
    [undefined, FATAL],
  ])('a cancelled transaction is transient if each of its reasons is: %j', (codes, judged) => {
    const reasons = codes?.map((Code) => ({ Code }));
    const fields = { name: 'TransactionCanceledException', CancellationReasons: reasons };

    expect(classifyCritical(withFields({ ...fields, $metadata: { httpStatusCode: 400 } }))).toEqual(judged);
  });

  it('is not what it leaves open', () => {
    const $metadata = { httpStatusCode: 400 };

    expect(classifyCritical(withFields({ name: 'ValidationException', $retryable: undefined, $metadata }))).toEqual(
      FATAL,
    );
  });
});

describe('a code', () => {
  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'EPROTO', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'],
    ...['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ESERVFAIL'],
    ...[
      'UND_ERR_CONNECT_TIMEOUT',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_BODY_TIMEOUT',
      'UND_ERR_SOCKET',
      'UND_ERR_ABORTED',
    ],
    ...['HPE_INVALID_CONSTANT', 'HPE_HEADER_OVERFLOW', 'ERR_NETWORK', 'ERR_STREAM_PREMATURE_CLOSE'],
    ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'HOSTNAME_MISMATCH'],
    ...['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_GOAWAY_SESSION', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
  ])('a code of transport is transient: %s', (code) => {
    expect(classifyCritical(withCode(code))).toEqual(FAILED);
    expect(classifyCritical(new TypeError('fetch failed', { cause: withCode(code) }))).toEqual(FAILED);
  });

  it.each([
    ...['UND_ERR_INVALID_ARG', 'UND_ERR_INVALID_RETURN_VALUE', 'UND_ERR_NOT_SUPPORTED'],
    ...['ERR_INVALID_URL', 'ERR_INVALID_ARG_TYPE', 'ERR_TLS_INVALID_PROTOCOL_VERSION', 'ERR_HTTP2_INVALID_STREAM'],
    ...['ENOENT', 'EACCES', 'EADDRINUSE', 'ERR_ASSERTION', 'Z_DATA_ERROR', 'something-new'],
  ])('a code of anything else is fatal: %s', (code) => {
    expect(classifyCritical(withCode(code))).toEqual(FATAL);
    expect(classifyCritical(new TypeError('fetch failed', { cause: withCode(code) }))).toEqual(FATAL);
  });

  it('the name makes up for a code that is missing where an answer is no HTTP, as in newer Nodes', () => {
    const broken = withFields(
      { name: 'HTTPParserError', code: undefined },
      'Response does not match the HTTP/1.1 protocol',
    );
    const error = new TypeError('fetch failed', { cause: broken });

    expect(classifyCritical(error)).toEqual(FAILED);
    expect(errorClassOf(error)).toBe('HTTPParserError');
  });

  it('a code of an abort leaves it to the reason', () => {
    const timedOut = new DOMException('too late', 'TimeoutError');

    expect(classifyCritical(withFields({ name: 'AbortError', code: 'ABORT_ERR' }, 'x', { cause: timedOut }))).toEqual(
      FAILED,
    );
    expect(classifyCritical(withFields({ name: 'AbortError', code: 'ABORT_ERR' }))).toEqual(FATAL);
    expect(classifyCritical(withFields({ name: 'CanceledError', code: 'ERR_CANCELED' }))).toEqual(FATAL);
  });

  it('the code that Node has for the name on a certificate is the one that is tested', () => {
    const refusal = tls.checkServerIdentity('a.test', { subject: { CN: 'b.test' } } as tls.PeerCertificate);

    expect(refusal).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

describe('exhaustion', () => {
  const PROCESS = [
    ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAGAIN', 'EAI_MEMORY', 'ERR_OUT_OF_MEMORY'],
    ...['ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'],
  ];

  it.each([...PROCESS, 'ENOSPC', 'EDQUOT'])('is a failure wherever it lies in the error: %s', (code) => {
    const error = withCode(code);
    const shapes = [
      error,
      new Error('no rows', { cause: error }),
      withFields({ code: 'ERR_LOADER' }, 'no rows', { cause: new Error('again', { cause: error }) }),
      new AggregateError([error, withCode('ECONNREFUSED')]),
      withFields({ code: 'UNKNOWN' }, 'no rows', { cause: new AggregateError([error]) }),
    ];

    expect(shapes.slice(0, 4).map(classifyCritical)).toEqual([FAILED, FAILED, FAILED, FAILED]);
    expect(shapes.map(classifyTolerant).slice(0, 4)).toEqual([FAILED, FAILED, FAILED, FAILED]);
    const what = PROCESS.includes(code) ? 'process' : 'disk';
    expect(shapes.map(exhaustionIn)).toEqual(shapes.map(() => what));
  });

  it('is told by V8 in words alone', () => {
    const real = (() => {
      try {
        return new ArrayBuffer(2 ** 53 - 1);
      } catch (error) {
        return error;
      }
    })();

    expect([classifyCritical(real), exhaustionIn(real)]).toEqual([FAILED, 'process']);
    expect(exhaustionIn(new RangeError('Invalid array length'))).toBeUndefined();
    expect(exhaustionIn(new Error('Array buffer allocation failed'))).toBeUndefined();
  });

  it.each([
    [withFields({ code: 'Z_MEM_ERROR' }), 'process'],
    [withFields({ code: 'ERR_OSSL_MALLOC_FAILURE' }), 'process'],
    [withFields({ code: 'ENOSPC', syscall: 'watch' }), 'process'],
    [withFields({ code: 'ENOSPC', syscall: 'write' }), 'disk'],
    [new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory'), 'process'],
  ])('is seen in %o', (error, what) => {
    expect(exhaustionIn(error)).toBe(what);
  });

  it('reads no more than ten thousand errors of members without end within members', () => {
    let read = 0;
    const endless = (): unknown => {
      const members = new Proxy([], {
        get: (target, key) => {
          if (key === 'length') return 2 ** 53;
          if (typeof key !== 'string' || !/^\d+$/.test(key)) return Reflect.get(target, key);
          read += 1;
          return endless();
        },
      });
      return Object.defineProperty(new AggregateError([]), 'errors', { value: members });
    };

    expect(exhaustionIn(endless())).toBeUndefined();
    expect(read).toBeLessThanOrEqual(10_000);
  });

  it('of the process outweighs that of the disk, and other errors are none', () => {
    const both = new AggregateError([withCode('ENOSPC'), withCode('EMFILE'), withCode('ENOSPC')]);
    const circle = withCode('ENOENT');
    circle.cause = new AggregateError([circle]);

    expect(exhaustionIn(both)).toBe('process');
    expect(['EMFILE', undefined, circle, withCode('EACCES')].map(exhaustionIn)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  it('with a mistake beside it is still a mistake, in a process that is exhausted', () => {
    const error = new AggregateError([withCode('EMFILE'), new TypeError('x is not a function')]);

    expect([classifyCritical(error), exhaustionIn(error)]).toEqual([FATAL, 'process']);
  });
});

describe('the chain of causes', () => {
  it('is decided by the first error that shows anything', () => {
    const refused = withCode('ECONNREFUSED');

    expect(classifyCritical(new Error('a', { cause: new Error('b', { cause: refused }) }))).toEqual(FAILED);
    expect(classifyCritical(withFields({ code: 'ERR_INVALID_URL' }, 'a', { cause: refused }))).toEqual(FATAL);
    expect(classifyCritical(withFields({ code: 'ECONNRESET' }, 'a', { cause: answered(404) }))).toEqual(FAILED);
  });

  it('a chain that shows nothing is fatal', () => {
    const first = new Error('first');
    first.cause = new TypeError('second', { cause: first });

    expect(classifyCritical(first)).toEqual(FATAL);
    expect(classifyCritical(new TypeError('fetch failed'))).toEqual(FATAL);
    expect(classifyCritical(new TypeError('fetch failed', { cause: 'ECONNREFUSED' }))).toEqual(FATAL);
    expect(classifyCritical(new RangeError('out of range'))).toEqual(FATAL);
  });

  it('is followed only so far', () => {
    const chain = (length: number) => {
      let error = withCode('ECONNREFUSED');
      for (let link = 0; link < length; link += 1) error = new Error('wrapped', { cause: error });
      return error;
    };

    expect(classifyCritical(chain(10))).toEqual(FAILED);
    expect(classifyCritical(chain(100_000))).toEqual(FATAL);
  });

  it('ends in a time-out by its name', () => {
    expect(classifyCritical(new DOMException('too late', 'TimeoutError'))).toEqual(FAILED);
    expect(classifyCritical(new DOMException('stopped', 'AbortError'))).toEqual(FATAL);
  });
});

describe('an AggregateError', () => {
  it('is as bad as its worst member', () => {
    expect(classifyCritical(new AggregateError([withCode('EPIPE'), answered(503)]))).toEqual(FAILED);
    expect(classifyCritical(new AggregateError([withCode('EPIPE'), answered(404)]))).toEqual(FATAL);
    expect(classifyCritical(new AggregateError([withCode('EPIPE'), 'text']))).toEqual(FATAL);
  });

  it('an AggregateError without members is fatal, whatever its cause', () => {
    expect(classifyCritical(new AggregateError([]))).toEqual(FATAL);
    expect(classifyCritical(new AggregateError([], 'none', { cause: withCode('EPIPE') }))).toEqual(FATAL);
  });

  it('an AggregateError with a transport code of its own is transient', () => {
    expect(classifyCritical(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toEqual(FAILED);
    expect(classifyCritical(Object.assign(new AggregateError([withCode('EPIPE')]), { code: 'mine' }))).toEqual(FAILED);
  });

  it('an AggregateError within an AggregateError or behind a cause is judged alike', () => {
    const inner = new AggregateError([withCode('EPIPE'), new Error('wrapped', { cause: answered(500) })]);

    expect(classifyCritical(new TypeError('fetch failed', { cause: inner }))).toEqual(FAILED);
    expect(classifyCritical(new AggregateError([inner, inner]))).toEqual(FAILED);
    expect(classifyCritical(new AggregateError([inner, new AggregateError([])]))).toEqual(FATAL);
  });

  it('an AggregateError that holds the same errors again and again looks at each once', () => {
    let reads = 0;
    const leaf = Object.defineProperty(new Error('x'), 'code', {
      get: () => {
        reads += 1;
        return 'EPIPE';
      },
    });
    let doubled = new AggregateError([leaf, leaf]);
    for (let level = 0; level < 10; level += 1) doubled = new AggregateError([doubled, doubled]);

    expect(classifyCritical(doubled)).toEqual(FAILED);
    expect(reads).toBeLessThan(10);
  });

  it('an AggregateError that holds itself is fatal', () => {
    const circle = new AggregateError([withCode('EPIPE')]);
    circle.errors.push(circle);

    expect(classifyCritical(circle)).toEqual(FATAL);
  });
});

describe('a SuppressedError', () => {
  it('is as bad as the worse of its two errors, whichever came first', () => {
    const [reset, mistake] = [withCode('ECONNRESET'), new TypeError('x is not a function')];

    expect(classifyCritical(suppressed(reset, answered(503)))).toEqual(FAILED);
    expect(classifyCritical(suppressed(reset, mistake))).toEqual(FATAL);
    expect(classifyCritical(suppressed(mistake, reset))).toEqual(FATAL);
    expect(classifyCritical(suppressed(reset, 'text'))).toEqual(FATAL);
    expect(classifyCritical(suppressed(reset, answered(404)))).toEqual(FATAL);
  });

  it('is judged alike within another, behind a cause, in an AggregateError and around one', () => {
    const both = suppressed(withCode('EPIPE'), withCode('ECONNRESET'));
    const shapes = [
      suppressed(withCode('ETIMEDOUT'), both),
      new Error('no rows', { cause: both }),
      new AggregateError([both, withCode('EPIPE')]),
      suppressed(both, new AggregateError([withCode('EPIPE')])),
    ];

    expect(shapes.map(classifyCritical)).toEqual(shapes.map(() => FAILED));
    expect(classifyTolerant(suppressed(answered(429, 7_000), answered(503, 9_000)))).toEqual({
      kind: 'failed',
      retryAfter: 9_000,
    });
  });

  it('that holds itself, or nothing, is fatal', () => {
    const circle = suppressed(withCode('EPIPE'), undefined);
    Object.assign(circle, { suppressed: circle });

    expect(classifyCritical(circle)).toEqual(FATAL);
    expect(classifyCritical(withFields({ name: 'SuppressedError' }))).toEqual(FATAL);
  });

  it.each(['EMFILE', 'ENOSPC'])('shows exhaustion in both of its errors: %s', (code) => {
    const what = code === 'EMFILE' ? 'process' : 'disk';
    const shapes = [
      suppressed(withCode(code), new TypeError('x')),
      suppressed(new TypeError('x'), new Error('no rows', { cause: withCode(code) })),
      new Error('no rows', { cause: suppressed(withCode('EPIPE'), suppressed(withCode('EPIPE'), withCode(code))) }),
    ];

    expect(shapes.map(exhaustionIn)).toEqual(shapes.map(() => what));
    expect(shapes.map((shape) => classifyCritical(shape).kind)).toEqual(['fatal', 'fatal', 'failed']);
  });
});

describe('anything thrown that is no error', () => {
  it.each([[undefined], [null], ['ECONNREFUSED'], [503], [{ status: 503 }], [{ code: 'ECONNREFUSED' }]])(
    'is fatal: %j',
    (value) => {
      expect([classifyCritical(value), classifyTolerant(value)]).toEqual([FATAL, FATAL]);
    },
  );
});

describe('the tolerant classifier', () => {
  it('tolerates 408 and 429, and no other status below 500', () => {
    const judged = [400, 401, 403, 404, 408, 409, 425, 429, 500, 503].map(
      (status) => classifyTolerant(answered(status)).kind,
    );

    expect(judged).toEqual([
      'fatal',
      'fatal',
      'fatal',
      'fatal',
      'failed',
      'fatal',
      'fatal',
      'failed',
      'failed',
      'failed',
    ]);
  });

  it('is like the critical one in everything else', () => {
    const errors = [withCode('EPIPE'), withCode('ENOENT'), new TypeError('x'), new AggregateError([])];

    expect(errors.map(classifyTolerant)).toEqual([FAILED, FATAL, FATAL, FATAL]);
  });

  it('honours Retry-After on what is transient', () => {
    expect(classifyTolerant(answered(429, 30_000))).toEqual({ kind: 'failed', retryAfter: 30_000 });
    expect(classifyTolerant(answered(503, 120_000))).toEqual({ kind: 'failed', retryAfter: 120_000 });
    expect(classifyTolerant(answered(404, 30_000))).toEqual(FATAL);
    expect(classifyCritical(answered(503, 30_000))).toEqual(FAILED);
  });

  it('reads it from a response as axios and fetch have it', () => {
    const date = 'Wed, 01 Oct 2025 00:00:00 GMT';
    const later = 'Wed, 01 Oct 2025 00:01:30 GMT';
    const byGet = new Headers({ 'retry-after': '7' });

    expect(classifyTolerant(axiosError(429, { 'retry-after': '5' }))).toEqual({ kind: 'failed', retryAfter: 5_000 });
    expect(classifyTolerant(axiosError(429, { 'retry-after': 6 }))).toEqual({ kind: 'failed', retryAfter: 6_000 });
    expect(classifyTolerant(axiosError(503, byGet))).toEqual({ kind: 'failed', retryAfter: 7_000 });
    expect(classifyTolerant(axiosError(429, { 'retry-after': later, date }))).toEqual({
      kind: 'failed',
      retryAfter: 90_000,
    });
    expect(classifyTolerant(axiosError(429, { 'retry-after': 'soon' }))).toEqual(FAILED);
  });

  it('waits no longer than a day, and asks for no wait where there is none', () => {
    expect(classifyTolerant(answered(429, 86_400_001))).toEqual({ kind: 'failed', retryAfter: 86_400_000 });
    expect(classifyTolerant(axiosError(429, { 'retry-after': '9'.repeat(400) }))).toEqual({
      kind: 'failed',
      retryAfter: 86_400_000,
    });
    expect(classifyTolerant(answered(429, 0))).toEqual(FAILED);
    expect(classifyTolerant(answered(429, Number.NaN))).toEqual(FAILED);
  });

  it('waits as long as the most patient member of an AggregateError asks', () => {
    const both = new AggregateError([
      answered(429, 30_000),
      answered(503, 60_000),
      answered(429, 10_000),
      withCode('EPIPE'),
    ]);

    expect(classifyTolerant(both)).toEqual({ kind: 'failed', retryAfter: 60_000 });
  });
});

describe('the classifier of a kind', () => {
  it('the classifier of loop services tolerates everything but what is not implemented', () => {
    const errors = [new TypeError('x'), 'text', answered(404), new NotImplementedError('later')];

    expect(classifierOf('loop')).toBe(classifyLoop);
    expect(errors.map(classifyLoop)).toEqual([FAILED, FAILED, FAILED, FATAL]);
  });

  it('the classifier of critical services is the critical one', () => {
    expect(classifierOf('critical')).toBe(classifyCritical);
  });
});

describe('a hostile value', () => {
  const refuse = () => {
    throw new Error('no');
  };
  const getter = { get: refuse, enumerable: true };
  const revoked = Proxy.revocable(new Error('x'), {});
  revoked.revoke();

  it.each([
    [
      'getters that throw',
      Object.defineProperties(new Error('x'), { status: getter, code: getter, name: getter, cause: getter }),
    ],
    ['members that throw', Object.defineProperty(new AggregateError([]), 'errors', getter)],
    ['headers that throw', axiosError(429, { get: refuse })],
    ['a proxy that throws', new Proxy(new Error('x'), { get: refuse })],
    ['a revoked proxy', revoked.proxy],
    ['a null prototype', Object.create(null)],
  ])('is judged all the same: %s', (_, value) => {
    expect(['failed', 'fatal']).toContain(classifyCritical(value).kind);
    expect(['failed', 'fatal']).toContain(classifyTolerant(value).kind);
  });

  it('an error that breeds causes and members for ever is judged all the same', () => {
    const hydra = (): Error =>
      Object.defineProperties(new AggregateError([]), {
        errors: { get: () => [hydra(), hydra()] },
        cause: { get: hydra },
      });

    expect(classifyCritical(hydra())).toEqual(FATAL);
  });

  it('a value of any shape is judged, circles included, the tolerant one forgiving whatever the critical one forgives', () => {
    const parts = fc.record(
      {
        name: fc.oneof(fc.constantFrom('TimeoutError', 'AbortError', 'HttpStatusError', 'SlowDown'), fc.anything()),
        code: fc.oneof(fc.constantFrom('ECONNRESET', 'ABORT_ERR', 'ENOENT'), fc.anything()),
        status: fc.oneof(fc.integer({ min: 390, max: 610 }), fc.anything()),
        response: fc.anything(),
        retryAfter: fc.anything(),
        $retryable: fc.anything(),
        cause: fc.nat(9),
        errors: fc.array(fc.nat(9), { maxLength: 4 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), parts), { minLength: 1, maxLength: 10 }),
        fc.anything(),
        (all, other) => {
          const errors = all.map(([many]) => (many ? new AggregateError([]) : new Error('x')));
          const at = (index: number): unknown => errors[index] ?? other;
          all.forEach(([, { cause, errors: members, ...fields }], index) => {
            Object.assign(errors[index] ?? {}, fields, cause === undefined ? {} : { cause: at(cause) });
            if (members !== undefined) Object.assign(errors[index] ?? {}, { errors: members.map(at) });
          });
          const [critical, tolerant] = [classifyCritical(errors[0]), classifyTolerant(errors[0])];
          expect(critical.kind === 'failed' ? tolerant.kind : 'failed').toBe('failed');
          const { retryAfter = 1 } = { ...tolerant } as { retryAfter?: number };
          expect(retryAfter > 0 && retryAfter <= 86_400_000).toBe(true);
        },
      ),
    );
  });

  it('no value makes them throw', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect([classifyCritical(value), classifyTolerant(value)]).toEqual([FATAL, FATAL]);
      }),
    );
  });
});

describe('a run that has lost its lease', () => {
  const lost = new LeaseLostError('svc', 1, 'outlived its lease');

  it.each([
    ['itself', lost],
    ['as a cause', new Error('page 3', { cause: lost })],
  ])('is transient by every default classifier: %s', (_how, error) => {
    for (const classify of [classifyCritical, classifyTolerant, classifyLoop]) {
      expect(classify(error)).toEqual({ kind: 'failed' });
    }
  });
});
