/**
 * Lambda's side of the Runtime API (2018-06-01) on 127.0.0.1: a runtime asks for the next invocation and tells what
 * came of it. As little of it as a check of functions needs.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An error as a runtime reports it. */
export interface ReportedError {
  /** Header `Lambda-Runtime-Function-Error-Type`. */
  readonly type: string | undefined;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** What a runtime told of an invocation. */
export type InvocationResult = { readonly answer: unknown } | { readonly error: ReportedError };

/** What a function is invoked with. */
export interface InvocationRequest {
  readonly event: unknown;
  /** When the invocation is ended, in epoch milliseconds. */
  readonly deadline: number;
}

/** A Runtime API for one runtime. */
export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /**
   * Has the runtime run the event once it asks, one after the other. Never resolves if the runtime ends before it
   * tells.
   */
  invoke(request: InvocationRequest): Promise<InvocationResult>;
  /** What the runtime told of its start, if that failed. */
  readonly initErrors: readonly ReportedError[];
  close(): Promise<void>;
}

interface Invocation extends InvocationRequest {
  readonly id: string;
  readonly resolve: (result: InvocationResult) => void;
}

/** Which function a runtime is told that it runs. Nothing answers under this name. */
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:tickover';
const VERSION = '/2018-06-01/runtime';
const OUTCOME = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** Starts a Runtime API on a free port. */
export async function runtimeApi(): Promise<RuntimeApi> {
  const desk = invocationDesk();
  const initErrors: ReportedError[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request;
    if (method === 'GET' && url === `${VERSION}/invocation/next`) return desk.next(response);
    const body = await text(request);
    if (method === 'POST' && url === `${VERSION}/init/error`) {
      initErrors.push(reportedError(request, body));
      return reply(response, 202);
    }
    const [, id = '', outcome] = (method === 'POST' && OUTCOME.exec(url)) || [];
    const result = outcome === 'error' ? { error: reportedError(request, body) } : { answer: parsed(body) };
    reply(response, outcome !== undefined && desk.report(id, result) ? 202 : 404);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: desk.invoke,
    initErrors,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Invocations that wait for a runtime, and a runtime that waits for one. */
function invocationDesk() {
  const waiting: Invocation[] = [];
  const handedOut = new Map<string, Invocation>();
  let asking: ServerResponse | undefined;
  let count = 0;
  const serve = () => {
    if (asking === undefined) return;
    const invocation = waiting.shift();
    if (invocation === undefined) return;
    handedOut.set(invocation.id, invocation);
    handOut(asking, invocation);
    asking = undefined;
  };
  return {
    invoke: (request: InvocationRequest) =>
      new Promise<InvocationResult>((resolve) => {
        count += 1;
        waiting.push({ ...request, id: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`, resolve });
        serve();
      }),
    next(response: ServerResponse) {
      asking = response;
      serve();
    },
    /** Whether there was such an invocation under way. */
    report(id: string, result: InvocationResult): boolean {
      const invocation = handedOut.get(decodeURIComponent(id));
      handedOut.delete(decodeURIComponent(id));
      invocation?.resolve(result);
      return invocation !== undefined;
    },
  };
}

function handOut(response: ServerResponse, { id, event, deadline }: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(deadline),
    'lambda-runtime-invoked-function-arn': FUNCTION_ARN,
    'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
  });
  response.end(JSON.stringify(event));
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: status === 202 ? 'OK' : 'unknown' }));
}

function reportedError({ headers }: IncomingMessage, body: string): ReportedError {
  const { errorType = '', errorMessage = '', trace = [] } = parsed(body) as Partial<ReportedError>;
  const type = headers['lambda-runtime-function-error-type'];
  return { type: type === undefined ? undefined : String(type), errorType, errorMessage, trace };
}

function parsed(body: string): unknown {
  return JSON.parse(body);
}
