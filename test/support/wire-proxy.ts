/** Stands on the wire before a DynamoDB: everything is passed on, and what comes back can be lost or rewritten. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that was answered. */
export interface Exchange {
  /** `UpdateItem`, `GetItem`, ... */
  readonly operation: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly answer: Readonly<Record<string, unknown>>;
  /** Sends another request to the database. */
  send(operation: string, request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

/** Gives the answer that goes to the client; `undefined` loses it: the connection breaks instead. */
export type Meddle = (exchange: Exchange) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** A proxy that is up. */
export interface WireProxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts a proxy before the database at `target`. */
export async function wireProxy(target: string, meddle: Meddle): Promise<WireProxy> {
  const server = createServer((request, response) => {
    pass(target, { request, response, meddle }).catch(() => response.destroy());
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

interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly meddle: Meddle;
}

async function pass(target: string, { request, response, meddle }: Passing): Promise<void> {
  const { 'x-amz-target': named = '', authorization = '', 'x-amz-date': date = '' } = request.headers;
  const [version = '', operation = ''] = String(named).split('.');
  const send = async (called: string, body: unknown) => {
    const answered = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${version}.${called}`,
        'x-amz-date': String(date),
        authorization,
      },
      body: JSON.stringify(body),
    });
    return { status: answered.status, answer: (await answered.json()) as Record<string, unknown> };
  };
  const asked = JSON.parse(await bodyOf(request)) as Record<string, unknown>;
  const exchange = await send(operation, asked);
  const answer = await meddle({
    operation,
    request: asked,
    ...exchange,
    send: async (called, body) => (await send(called, body)).answer,
  });
  if (answer === undefined) {
    response.destroy();
    return;
  }
  response.writeHead(exchange.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(answer));
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
