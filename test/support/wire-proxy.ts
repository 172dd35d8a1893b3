/**
 * Stands on the wire before a DynamoDB: requests and answers can be passed on, lost, held, cut, repeated or rewritten.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** A request that was answered. */
export interface Exchange {
  /** `UpdateItem`, `GetItem`, ... */
  readonly operation: string;
  readonly request: Json;
  readonly status: number;
  readonly answer: Json;
  /** Sends another request to the database. */
  send(operation: string, request: Json): Promise<Json>;
}

/** A request that has arrived, and has not been passed on. */
export interface Asked {
  readonly operation: string;
  readonly request: Json;
  /** The access key that it is signed with: who asks. */
  readonly client: string;
  /** Passes it on, as often as it is called; to another database if one is named. */
  pass(endpoint?: string): Promise<Exchange>;
  /** Sends another request to the database. */
  send(operation: string, request: Json): Promise<Json>;
}

/**
 * What goes back to the client: an answer, one of which only the first half arrives, or nothing: the connection breaks.
 */
export type Reply = { readonly status: number; readonly answer: Json; readonly cut?: boolean } | undefined;

/** Decides what becomes of a request. */
export type Intercept = (asked: Asked) => Promise<Reply>;

/** Gives the answer that goes to the client; `undefined` loses it: the connection breaks instead. */
export type Meddle = (exchange: Exchange) => Promise<Json | undefined>;

/** A proxy that is up. */
export interface WireProxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts a proxy before the database at `target` that passes every request on, and meddles with what comes back. */
export function wireProxy(target: string, meddle: Meddle): Promise<WireProxy> {
  return interceptingProxy(target, async ({ pass }) => {
    const exchange = await pass();
    const answer = await meddle(exchange);
    return answer === undefined ? undefined : { status: exchange.status, answer };
  });
}

/** Starts a proxy before the database at `target` where every request's fate is decided. */
export async function interceptingProxy(target: string, intercept: Intercept): Promise<WireProxy> {
  const server = createServer((request, response) => {
    arrived(target, request)
      .then(intercept)
      .then((reply) => give(response, reply))
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function arrived(target: string, message: IncomingMessage): Promise<Asked> {
  const { 'x-amz-target': named = '', authorization = '', 'x-amz-date': date = '' } = message.headers;
  const [version = '', operation = ''] = String(named).split('.');
  const send = async (called: string, body: unknown, endpoint = target) => {
    const answered = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${version}.${called}`,
        'x-amz-date': String(date),
        authorization,
      },
      body: JSON.stringify(body),
    });
    return { status: answered.status, answer: (await answered.json()) as Json };
  };
  const request = JSON.parse(await bodyOf(message)) as Json;
  const aside: Exchange['send'] = async (called, body) => (await send(called, body)).answer;
  return {
    operation,
    request,
    client: /Credential=([^/]+)/.exec(authorization)?.[1] ?? '',
    pass: async (endpoint) => ({ operation, request, ...(await send(operation, request, endpoint)), send: aside }),
    send: aside,
  };
}

function give(response: ServerResponse, reply: Reply): void {
  if (reply === undefined) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(reply.answer));
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0', 'content-length': body.length });
  if (reply.cut === true) response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  else response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

/** Loses the first `count` answers to an operation. */
export function losing(operation: string, count = 1): Meddle {
  let lost = 0;
  return async (exchange) => {
    if (exchange.operation !== operation || lost >= count) return exchange.answer;
    lost += 1;
    return undefined;
  };
}

/** Answers a refused condition with the item that refused it, as DynamoDB does and dynalite doesn't. */
export const returningOldItems: Meddle = async ({ answer, request, send }) => {
  const refused = String(answer['__type']).endsWith('ConditionalCheckFailedException');
  if (!refused || request['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return answer;
  const { TableName, Key } = request;
  const { Item } = await send('GetItem', { TableName, Key, ConsistentRead: true });
  return Item === undefined ? answer : { ...answer, Item };
};
