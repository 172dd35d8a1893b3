/** A Lambda API on 127.0.0.1: it invokes functions of the test, and fails as the real one does. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readProperty } from '../../lib/text/index.ts';

/** A function of the test. What it throws is sent as the error of a function, as Lambda's runtime sends it. */
export type TestFunction = (event: unknown) => unknown;

/** A refusal of the API itself. */
export class Refusal {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string) {
    this.status = status;
    this.type = type;
  }
}

/** A request that was sent to the API. */
export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
}

/** The API. */
export interface LambdaApi {
  readonly endpoint: string;
  /** By name. The test changes them. A refusal is answered instead of an invocation. */
  readonly functions: Map<string, TestFunction | Refusal>;
  readonly invocations: Invocation[];
  close(): Promise<void>;
}

/** Starts the API. */
export async function lambdaApi(): Promise<LambdaApi> {
  const functions: LambdaApi['functions'] = new Map();
  const invocations: Invocation[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
    const event: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
    invocations.push({ functionName: decodeURIComponent(name), event });
    const { status, headers, body } = await answered(functions.get(decodeURIComponent(name)), event);
    response.writeHead(status, headers).end(body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  return { endpoint: await listening(server), functions, invocations, close: () => closed(server) };
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function answered(wanted: TestFunction | Refusal | undefined, event: unknown): Promise<Answered> {
  if (wanted === undefined) return refused(new Refusal(404, 'ResourceNotFoundException'));
  if (wanted instanceof Refusal) return refused(wanted);
  try {
    return { status: 200, headers: {}, body: asText(await wanted(event)) };
  } catch (error) {
    const [errorType, errorMessage] = ['name', 'message'].map((field) => readProperty(error, field));
    const headers = { 'X-Amz-Function-Error': 'Unhandled' };
    return { status: 200, headers, body: JSON.stringify({ errorType, errorMessage, trace: [] }) };
  }
}

/** Text is sent as it is, so that a function can answer what is no JSON. */
function asText(answer: unknown): string {
  return typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? 'null');
}

function refused({ status, type }: Refusal): Answered {
  return { status, headers: { 'x-amzn-errortype': type }, body: JSON.stringify({ Message: `${type} of the test` }) };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
