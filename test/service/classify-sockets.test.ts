/** What Node really throws when the other side, or the way to it, fails: judged by real sockets. */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyCritical } from '../../lib/service/classify.ts';
import { errorClassOf } from '../../lib/text/index.ts';
import { closedPort, httpServer, type Listening, listen, rawServer } from '../support/raw-server.ts';
import { selfSigned } from '../support/self-signed.ts';

const running: Listening[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function port(starting: Promise<Listening>): Promise<number> {
  const server = await starting;
  running.push(server);
  return server.port;
}

/** A server that answers a request with these bytes and then does as told with the connection. */
function answering(bytes: string, then: (socket: Socket) => void): Promise<number> {
  return port(
    rawServer((socket) => {
      socket.once('data', () => socket.write(bytes, () => then(socket)));
    }),
  );
}

const hangUp = (socket: Socket) => socket.end();
const reset = (socket: Socket) => socket.resetAndDestroy();
const hang = () => {};

/** What a promise rejects with. */
async function raisedBy(work: Promise<unknown>): Promise<unknown> {
  const [settled] = await Promise.allSettled([work]);
  if (settled.status === 'fulfilled') throw new Error('expected it to fail');
  return settled.reason;
}

async function byFetch(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}

function byNode(url: string, options: https.RequestOptions = {}): Promise<string> {
  const { get } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, ...options }, (response) => {
      text(response).then(resolve, reject);
    });
    request.on('error', reject);
  });
}

const CLIENTS = [
  ['fetch', byFetch],
  ['node:http', byNode],
] as const;

/** The class it is grouped under and what it is judged as. */
async function verdictOn(work: Promise<unknown>): Promise<readonly [string, string]> {
  const error = await raisedBy(work);
  return [errorClassOf(error), classifyCritical(error).kind];
}

describe.each(CLIENTS)('a connection by %s', (_client, get) => {
  it('a connection that is refused is transient', async () => {
    expect(await verdictOn(get(`http://127.0.0.1:${await closedPort()}/`))).toEqual(['ECONNREFUSED', 'failed']);
  });

  it('a connection to a name that does not resolve is transient', async () => {
    const [code, kind] = await verdictOn(get('http://nobody.invalid/'));

    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(code);
    expect(kind).toBe('failed');
  });

  it.each<[string, string, (socket: Socket) => void, RegExp]>([
    ['closed without an answer', '', hangUp, /^(ECONNRESET|UND_ERR_SOCKET)$/],
    ['reset without an answer', '', reset, /^ECONNRESET$/],
    ['closed amid the headers', 'HTTP/1.1 200 OK\r\nConten', hangUp, /^(ECONNRESET|UND_ERR_SOCKET)$/],
    ['reset amid the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', reset, /^(ECONNRESET|UND_ERR_SOCKET)$/],
    [
      'closed before the stated length',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc',
      hangUp,
      /^(ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'closed amid a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc',
      hangUp,
      /^(ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'answered with another protocol',
      'SSH-2.0-OpenSSH_9.6\r\n\r\n',
      hangUp,
      /^(HPE_INVALID_CONSTANT|HTTPParserError)$/,
    ],
    [
      'answered with a broken chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc',
      hangUp,
      /^(HPE_INVALID_CHUNK_SIZE|HTTPParserError)$/,
    ],
    [
      'answered with endless headers',
      `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
      hangUp,
      /^(HPE_HEADER_OVERFLOW|UND_ERR_HEADERS_OVERFLOW)$/,
    ],
  ])('a connection that is %s is transient', async (_, bytes, then, code) => {
    const verdict = await verdictOn(get(`http://127.0.0.1:${await answering(bytes, then)}/`));

    expect(verdict).toEqual([expect.stringMatching(code), 'failed']);
  });

  it('a connection that does not answer in time is transient', async () => {
    const error = await raisedBy(
      get(`http://127.0.0.1:${await answering('', hang)}/`, { signal: AbortSignal.timeout(50) }),
    );

    expect(classifyCritical(error)).toEqual({ kind: 'failed' });
  });

  it('a connection whose body does not come in time is transient', async () => {
    const hanging = await answering('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', hang);

    const error = await raisedBy(get(`http://127.0.0.1:${hanging}/`, { signal: AbortSignal.timeout(200) }));

    expect(classifyCritical(error)).toEqual({ kind: 'failed' });
  });

  it('a connection that hangs in the TLS handshake is transient', async () => {
    const silent = await port(rawServer(hang));

    const error = await raisedBy(get(`https://127.0.0.1:${silent}/`, { signal: AbortSignal.timeout(50) }));

    expect(classifyCritical(error)).toEqual({ kind: 'failed' });
  });

  it('a connection over TLS to a server that speaks plain HTTP is transient', async () => {
    const simple = await answering('HTTP/1.1 400 Bad Request\r\n\r\n', hangUp);

    expect(await verdictOn(get(`https://127.0.0.1:${simple}/`))).toEqual([
      expect.stringMatching(/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/),
      'failed',
    ]);
  });

  it('a connection over TLS with a certificate nobody vouches for is transient', async () => {
    const secure = await port(listen(https.createServer(selfSigned('service.test'))));

    expect(await verdictOn(get(`https://127.0.0.1:${secure}/`))).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'failed']);
  });

  it('a connection over TLS that the server ends with an alert is transient', async () => {
    const withoutCertificate = await port(listen(https.createServer({})));

    expect(await verdictOn(get(`https://127.0.0.1:${withoutCertificate}/`))).toEqual([
      expect.stringMatching(/^(EPROTO|ERR_SSL_.*ALERT_HANDSHAKE_FAILURE)$/),
      'failed',
    ]);
  });

  it('a connection to what is no URL is fatal', async () => {
    expect(await verdictOn(get('not a url'))).toEqual(['ERR_INVALID_URL', 'fatal']);
  });

  it('a connection by a scheme it does not know is fatal', async () => {
    expect(classifyCritical(await raisedBy(get('ftp://127.0.0.1/')))).toEqual({ kind: 'fatal' });
  });

  it('a connection that the caller aborts for no reason of the network is fatal', async () => {
    const error = await raisedBy(
      get(`http://127.0.0.1:${await answering('', hang)}/`, { signal: AbortSignal.abort() }),
    );

    expect(classifyCritical(error)).toEqual({ kind: 'fatal' });
  });
});

describe('a connection', () => {
  it('a connection with a certificate for another name is transient', async () => {
    const identity = selfSigned('service.test');
    const secure = await port(listen(https.createServer(identity)));

    const refused = byNode(`https://127.0.0.1:${secure}/`, { ca: identity.cert, servername: 'other.test' });

    expect(await verdictOn(refused)).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID', 'failed']);
  });

  it('a connection that every address of a name refuses is transient', async () => {
    const closed = await closedPort();
    const lookup: LookupFunction = (_name, _options, done) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const socket = connect({ host: 'two.test', port: closed, lookup, autoSelectFamily: true });
    const [error] = (await once(socket, 'error').catch((raised: unknown) => [raised])) as [unknown];

    expect(error).toBeInstanceOf(AggregateError);
    expect([errorClassOf(error), classifyCritical(error).kind]).toEqual(['ECONNREFUSED', 'failed']);
  });

  it('a connection that is redirected in circles is fatal', async () => {
    const circling = await port(httpServer((_, response) => response.writeHead(302, { location: '/' }).end()));

    expect(classifyCritical(await raisedBy(byFetch(`http://127.0.0.1:${circling}/`)))).toEqual({ kind: 'fatal' });
  });
});
