/**
 * Serves an embedded DynamoDB by the package dynalite. The code works around four faults of dynalite: it hides whether
 * it could open its files, it throws if a client disconnects, it throws if a write fails, and its `close` waits for
 * idle connections.
 */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import dynalite from 'dynalite';
import levels from 'dynalite/db/index.js';
import { systemClock } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';
import { markClosed, mendIndexes } from './indexes.ts';
import { boundBody, boundConnections } from './request-bounds.ts';
import { answerFaults } from './write-faults.ts';

/**
 * The HTTP header by which a client recognises the embedded DynamoDB. Another program at the same port doesn't know its
 * value.
 */
export const IDENTITY_HEADER = 'x-tickover-database';

export interface Embedded {
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly path: string;
  /** The port on 127.0.0.1; 0 lets the operating system choose a free one. */
  readonly port: number;
  /** A random text, which every response contains in the header {@link IDENTITY_HEADER}. */
  readonly identity: string;
}

/**
 * Matches the Host headers that the server accepts. A web page whose domain an attacker points at 127.0.0.1 sends
 * another Host header.
 */
const LOOPBACK = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
/** The longest time, in milliseconds, that closing the server waits for requests under way. */
const CLOSING_MS = 2_000;
const CLOSING_STEP_MS = 10;

/**
 * Serves an embedded DynamoDB on 127.0.0.1 with its data in the directory `path`. A write that was answered is on disk,
 * even if the process is killed.
 * @returns the server; `undefined` if another process has the data files open
 * @throws DatabaseError `port-in-use` or `database-unusable`
 */
export async function serveEmbedded({ path, port, identity }: EmbeddedOptions): Promise<Embedded | undefined> {
  const { server, store } = create(path);
  if (!(await open(store, path))) return undefined;
  const requests = harden(server, identity);
  try {
    await mendIndexes(store);
    const endpoint = `http://127.0.0.1:${await listen(server, port)}`;
    const closeInOrder = async () => {
      await requests.end();
      if (requests.underWay === 0) await markClosed(store);
      await close(server);
    };
    return { endpoint, close: closeInOrder };
  } catch (error) {
    await store.db.close();
    throw error;
  }
}

/**
 * Makes a dynalite server and the store of its data. Dynalite doesn't return the store, so `levels.create` is replaced
 * for a moment to get it.
 */
function create(path: string): { server: Server; store: levels.Store } {
  const original = levels.create;
  const made: levels.Store[] = [];
  levels.create = (options) => {
    const store = original(options);
    made.push(store);
    return store;
  };
  try {
    const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    const [store] = made;
    if (store === undefined) throw new DatabaseError('database-unusable', `${path}: dynalite made no database`);
    answerFaults(store.db, path);
    return { server, store };
  } finally {
    levels.create = original;
  }
}

/**
 * Opens the data files. Returns false if another process has them open.
 * @throws DatabaseError `database-unusable` if they can't be opened for another reason
 */
async function open(store: levels.Store, path: string): Promise<boolean> {
  try {
    await store.db.open();
    return true;
  } catch (error) {
    const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
    if (cause?.code === 'LEVEL_LOCKED') return false;
    const why = String(cause?.message ?? error);
    throw new DatabaseError('database-unusable', `${path}: the data can't be opened (${why}); nothing was started`, {
      cause: error,
    });
  }
}

interface Requests {
  /**
   * The number of accepted requests without an answer. Requests of disconnected clients count, since dynalite finishes
   * their writes.
   */
  readonly underWay: number;
  /** Refuses new requests. Resolves when no request is under way, after CLOSING_MS at the latest. */
  end(): Promise<void>;
}

/**
 * Refuses requests from web pages (those with an `Origin` header, or with a Host header that LOOPBACK doesn't match),
 * since dynalite checks no credentials. Also replaces the error listener of dynalite, which throws if a client
 * disconnects.
 */
function harden(server: Server, identity: string): Requests {
  const handlers = server.listeners('request') as RequestListener[];
  const underWay = new Set<IncomingMessage>();
  let refusing = false;
  server.removeAllListeners('request');
  boundConnections(server);
  server.on('request', (request, response) => {
    response.setHeader(IDENTITY_HEADER, identity);
    const isForeign = request.headers.origin !== undefined || !LOOPBACK.test(request.headers.host ?? '');
    if (isForeign) return void response.writeHead(403).end();
    if (refusing) return void response.writeHead(503).end();
    boundBody(request, response);
    underWay.add(request);
    // Dynalite calls `response.end` for every complete request, even if its client has disconnected.
    const end = response.end.bind(response);
    response.end = ((...args: Parameters<typeof end>) => {
      underWay.delete(request);
      return end(...args);
    }) as typeof response.end;
    response.once('close', () => {
      if (!request.complete) underWay.delete(request);
    });
    for (const handle of handlers) handle.call(server, request, response);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
  });
  return {
    get underWay() {
      return underWay.size;
    },
    async end() {
      refusing = true;
      for (let waited = 0; underWay.size > 0 && waited < CLOSING_MS; waited += CLOSING_STEP_MS) {
        await systemClock.sleep(CLOSING_STEP_MS);
      }
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    const up = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    await up;
    return (server.address() as AddressInfo).port;
  } catch (error) {
    const inUse = (error as { code?: unknown }).code === 'EADDRINUSE';
    const why = inUse ? 'another program listens there; free the port or choose another' : String(error);
    throw new DatabaseError(inUse ? 'port-in-use' : 'database-unusable', `port ${port} of 127.0.0.1: ${why}`, {
      cause: error,
    });
  }
}

async function close(server: Server): Promise<void> {
  let isClosed = false;
  const closing = promisify(server.close.bind(server))().finally(() => {
    isClosed = true;
  });
  for (let waited = 0; !isClosed && waited < CLOSING_MS; waited += CLOSING_STEP_MS) {
    server.closeIdleConnections();
    await Promise.race([closing, systemClock.sleep(CLOSING_STEP_MS)]);
  }
  server.closeAllConnections();
  await closing;
}
