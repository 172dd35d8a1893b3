/** Asking one URL: against real servers on this machine, with names that resolve as a test says. */

import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedAddressError, vettingIn } from '../../lib/services/check-endpoints-addresses.ts';
import { type Resolve, type StatusRequest, statusOf } from '../../lib/services/check-endpoints-request.ts';
import { httpServer, type Listening, listen, rawServer } from '../support/raw-server.ts';
import { selfSigned } from '../support/self-signed.ts';

const running: Listening[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** The port of a server that answers so, and what it was asked. */
async function serving(onRequest: RequestListener): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = await httpServer((request, response) => {
    const { authorization } = request.headers;
    asked.push([request.method, request.headers.host, request.url, authorization].filter(Boolean).join(' '));
    onRequest(request, response);
  });
  running.push(server);
  return { port: server.port, asked };
}

/** A resolver of these names, each with the addresses it has at the first look, the second, and so on. */
function resolving(names: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const lookups: string[] = [];
  const resolve: Resolve = (name, _options, callback) => {
    const answers = names[name] ?? [];
    const addresses = answers[lookups.filter((each) => each === name).length] ?? [];
    lookups.push(name);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve, lookups };
}

function ask(url: string, question: Partial<StatusRequest> = {}): Promise<number> {
  const { signal } = new AbortController();
  return statusOf({ url, method: 'GET', followRedirects: true, vet: vettingIn({})(), signal, ...question });
}

async function refusalOf(url: string, question: Partial<StatusRequest> = {}): Promise<unknown> {
  const [settled] = await Promise.allSettled([ask(url, question)]);
  return settled.status === 'rejected' ? settled.reason : settled.value;
}

const REASON =
  "link-local or a cloud's metadata service; nothing was sent there (an endpoint's allowAddresses may let it)";

describe('a refused address', () => {
  it.each([
    ['http://2852039166/latest/meta-data/', '169.254.169.254'],
    ['https://169.254.169.254./', '169.254.169.254'],
    ['http://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe'],
  ])('is refused when it is written in the URL: %s', async (url, address) => {
    const error = await refusalOf(url);

    expect(error).toBeInstanceOf(RefusedAddressError);
    expect(error).toMatchObject({ code: 'refused-address', address, message: `${address} is ${REASON}` });
  });

  it('is refused when a name has it, even beside a good one, and the good one is not asked either', async () => {
    const { port, asked } = await serving((_, response) => response.end());
    const { resolve } = resolving({ 'metadata.test': [['127.0.0.1', '169.254.169.254']] });

    const error = await refusalOf(`http://metadata.test:${port}/`, { resolve });

    expect(error).toMatchObject({ message: `metadata.test is at 169.254.169.254, which is ${REASON}` });
    expect(asked).toEqual([]);
  });

  it('cannot slip in by a name that answers differently the second time: it is looked up once, and connected to as it was vetted', async () => {
    const { port, asked } = await serving((_, response) => response.end());
    const { resolve, lookups } = resolving({ 'rebind.test': [['127.0.0.1'], ['169.254.169.254']] });

    expect(await ask(`http://rebind.test:${port}/`, { resolve })).toBe(200);
    expect([lookups, asked]).toEqual([['rebind.test'], [`GET rebind.test:${port} /`]]);
    expect(await refusalOf(`http://rebind.test:${port}/`, { resolve })).toBeInstanceOf(RefusedAddressError);
  });

  it.each(['http://169.254.169.254/latest/', 'http://[fe80::1]/', 'http://metadata.test/', '//0xA9FEA9FE/'])(
    'is refused where a redirect leads to it: %s',
    async (location) => {
      const { port, asked } = await serving((_, response) => response.writeHead(302, { location }).end());
      const { resolve } = resolving({ 'metadata.test': [['fd00:ec2::254']] });

      expect(await refusalOf(`http://127.0.0.1:${port}/`, { resolve })).toBeInstanceOf(RefusedAddressError);
      expect(asked).toEqual([`GET 127.0.0.1:${port} /`]);
    },
  );

  it('is judged by who led there, written or found by its name', async () => {
    const { port } = await serving((request, response) => {
      const next = { '/a': `http://127.0.0.1:${port}/b`, '/b': `http://name.test:${port}/c` }[request.url ?? ''];
      response.writeHead(next === undefined ? 204 : 307, next === undefined ? {} : { location: next }).end();
    });
    const { resolve } = resolving({ 'name.test': [['127.0.0.1']] });
    const vetted: (string | undefined)[][] = [];
    const vet: StatusRequest['vet'] = (address, ledBy) => void vetted.push([address, ledBy]);

    expect(await ask(`http://127.0.0.1:${port}/a`, { resolve, vet })).toBe(204);
    expect(vetted).toEqual([
      ['127.0.0.1', undefined],
      ['127.0.0.1', '127.0.0.1'],
      ['127.0.0.1', '127.0.0.1'],
    ]);
  });

  it("is, in Lambda, the function's own, by its name too", async () => {
    const { port, asked } = await serving((_, response) => response.end());
    const vet = vettingIn({ AWS_LAMBDA_FUNCTION_NAME: 'check' })();
    const { resolve } = resolving({ 'runtime.test': [['127.0.0.1']] });

    const refused = [`http://127.0.0.1:${port}/`, `http://runtime.test:${port}/2018-06-01/runtime/invocation/next`];
    for (const url of refused) expect(await refusalOf(url, { vet, resolve })).toBeInstanceOf(RefusedAddressError);
    expect(asked).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([
    ['POST', 301, 'GET'],
    ['POST', 302, 'GET'],
    ['PUT', 302, 'PUT'],
    ['DELETE', 303, 'GET'],
    ['HEAD', 303, 'HEAD'],
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
  ])('a redirect of a %s by %i is followed with %s', async (method, status, then) => {
    const { port, asked } = await serving((request, response) =>
      request.url === '/old' ? response.writeHead(status, { location: 'new' }).end() : response.end(),
    );

    expect(await ask(`http://127.0.0.1:${port}/old`, { method })).toBe(200);
    expect(asked).toEqual([`${method} 127.0.0.1:${port} /old`, `${then} 127.0.0.1:${port} /new`]);
  });

  it('takes credentials along within the origin, and never to another', async () => {
    const other = await serving((_, response) => response.end());
    const { port, asked } = await serving((request, response) => {
      const location = request.url === '/a' ? '/b' : `http://eve:spy@127.0.0.1:${other.port}/c`;
      response.writeHead(302, { location }).end();
    });

    expect(await ask(`http://me:pw@127.0.0.1:${port}/a`)).toBe(200);
    expect(asked).toEqual(['/a', '/b'].map((path) => `GET 127.0.0.1:${port} ${path} Basic bWU6cHc=`));
    expect(other.asked).toEqual([`GET 127.0.0.1:${other.port} /c`]);
  });

  it.each([
    ['file:///etc/passwd', "redirected to 'file:///etc/passwd', expected a URL of http or https"],
    ['http://[', "redirected to 'http://[', expected a URL of http or https"],
    ['ftp://me:pw@example.test/', "redirected to 'ftp://***@example.test/', expected a URL of http or https"],
  ])('a redirect to what is no web address fails: %s', async (location, message) => {
    const { port } = await serving((_, response) => response.writeHead(302, { location }).end());

    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toThrow(message);
  });

  it('is followed 20 times and not once more; without a place to go it is the answer', async () => {
    const { port, asked } = await serving(({ url = '' }, response) => {
      const left = Number(url.slice(1));
      response.writeHead(left > 0 ? 302 : 304, left > 0 ? { location: `/${left - 1}` } : {}).end();
    });

    expect(await ask(`http://127.0.0.1:${port}/20`)).toBe(304);
    expect(asked).toHaveLength(21);
    await expect(ask(`http://127.0.0.1:${port}/21`)).rejects.toThrow('redirected more than 20 times');
  });
});

describe('a request', () => {
  it('speaks TLS where the URL is https, and trusts no certificate that nobody vouches for', async () => {
    const { key, cert } = selfSigned('example.test');
    const server = await listen(createHttpsServer({ key, cert }, (_, response) => response.end()));
    running.push(server);

    await expect(ask(`https://127.0.0.1:${server.port}/`)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('a request whose name is never resolved ends with its signal', async () => {
    const given = new AbortController();
    const resolve: Resolve = () => given.abort(new DOMException('no answer', 'TimeoutError'));

    await expect(ask('http://slow.test/', { resolve, signal: given.signal })).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'no answer',
    });
  });

  it('a request to a name that has no address fails, as it does to one that is unknown', async () => {
    const { resolve } = resolving({});

    await expect(ask('http://empty.test/', { resolve })).rejects.toThrow('empty.test has no address');
    await expect(
      ask('http://unknown.test/', {
        resolve: (_name, _options, callback) =>
          callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []),
      }),
    ).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('a request ends', () => {
  /** A server that writes these bytes on every connection once it is asked, and leaves the connection open. */
  async function writing(answer: string): Promise<string> {
    const server = await rawServer((socket) => void socket.once('data', () => socket.write(answer)));
    running.push(server);
    return `http://127.0.0.1:${server.port}/`;
  }

  it.each([
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 101],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 101],
    ['HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\n', 200],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', 204],
  ])(
    'a request ends with the status of an answer that switches protocols, or only offers to: %j',
    async (answer, status) => {
      expect(await ask(await writing(answer))).toBe(status);
    },
  );

  it('with an error when a connection is closed without an answer', async () => {
    const server = await rawServer((socket) => void socket.once('data', () => socket.end()));
    running.push(server);

    expect(await refusalOf(`http://127.0.0.1:${server.port}/`)).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['the server answers 100 Continue and no more', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['the server begins its answer and no more', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('a request ends at its signal when %s', async (_what, answer) => {
    const over = new AbortController();
    const server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write(answer);
        over.abort(new Error('the time is up'));
      });
    });
    running.push(server);

    expect(await refusalOf(`http://127.0.0.1:${server.port}/`, { signal: over.signal })).toMatchObject({
      message: 'the time is up',
    });
  });

  it('at its signal when the name is never resolved', async () => {
    const over = new AbortController();
    const resolve: Resolve = () => over.abort(new Error('the time is up'));

    expect(await refusalOf('http://slow.test/', { signal: over.signal, resolve })).toMatchObject({
      message: 'the time is up',
    });
  });
});
