/** What the tests of the senders share: notices, a context on a clock that moves by hand, servers that misbehave. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { vi } from 'vitest';
import { fakeClock } from '../../../lib/testing/index.ts';
import { systemRandom } from '../../../lib/time/index.ts';
import type { Change, Notice } from '../../../lib/watchdog/index.ts';
import { httpServer, type Listening, rawServer } from '../../support/raw-server.ts';

export const NOON = Date.UTC(2024, 4, 1, 12);

/** A change of `sync`, with other fields where given. */
export function change(fields: Partial<Change> = {}): Change {
  return {
    service: 'sync',
    kind: 'halted',
    since: NOON,
    id: `sync/halted/${NOON}`,
    happened: 'sync is halted.',
    cause: 'TypeError: rows is not iterable',
    follows: 'Its ticks are skipped until 12:15.',
    command: 'npx tickover invoke sync resume',
    ...fields,
  };
}

/** A notice of one change, with other fields where given. */
export function notice(fields: Partial<Notice> = {}): Notice {
  return {
    id: `sync/halted/${NOON}`,
    subject: 'Tickover-prod: sync is halted',
    text: 'sync is halted.\nCause: TypeError: rows is not iterable',
    changes: [change()],
    ...fields,
  };
}

/** A context whose time moves by hand, and the means to move it and to end the run. */
export function context() {
  const clock = fakeClock(NOON, { mode: 'manual' });
  const stop = new AbortController();
  return { clock, stop, context: { clock, random: systemRandom, signal: stop.signal } };
}

/** A promise that a test resolves. */
export function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** A request as a server got it. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that keeps what it gets, and then answers as it is told to. */
export interface Recording extends Listening {
  readonly received: readonly Received[];
  /** Resolves once a request has arrived whole. */
  readonly arrived: Promise<void>;
  /** Resolves once a connection on which a request arrived has ended. */
  readonly ended: Promise<void>;
}

export async function recording(answer: (response: ServerResponse, at: number) => void): Promise<Recording> {
  const received: Received[] = [];
  const arrival = signalled();
  const end = signalled();
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.socket.once('close', () => end.resolve());
    request.on('error', () => {});
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      const { method, url: path, headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(parts).toString() });
      arrival.resolve();
      answer(response, received.length);
    });
  };
  const server = await httpServer(listener);
  return { ...server, received, arrived: arrival.promise, ended: end.promise };
}

const open: Listening[] = [];

/** The server, which {@link closeAll} closes. */
export async function served<Server extends Listening>(server: Promise<Server>): Promise<Server> {
  const listening = await server;
  open.push(listening);
  return listening;
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

/** Gives the clients of AWS what they look for in the environment. */
export function atAws(): void {
  const names = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  for (const [name, value] of Object.entries(names)) vi.stubEnv(name, value);
}

/** A server that gets a request and then does this with its socket. */
export function speaking(words: string): Promise<Listening> {
  return rawServer((socket) => socket.once('data', () => socket.write(words)));
}

/** Writes to the response for as long as the other side takes it. */
export function endlessly(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
  };
  response.on('error', () => {}).on('drain', more);
  more();
}

/** Rejects with what the work rejects with; the error, for its text and what is inside it. */
export async function errorOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
