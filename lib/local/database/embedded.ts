/**
 * The embedded DynamoDB: dynalite in this process, its data in a directory. This file works around four habits of
 * dynalite, each of which would end the process or hold it up: it doesn't report whether its directory could be opened,
 * it throws when a client goes away in the middle of a request and when its files can't be written, and closing it
 * waits for idle connections.
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

/** The header of every answer that names the server. */
export const IDENTITY_HEADER = 'x-tickover-database';

/** A running server. */
export interface Embedded {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** What to serve, and where. */
export interface EmbeddedOptions {
  readonly path: string;
  /** 0: any free port. */
  readonly port: number;
  /** Sent in every answer's {@link IDENTITY_HEADER}. */
  readonly identity: string;
}

/** A page whose name was bound to this machine's address sends its own name. */
const LOOPBACK = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
/** How long requests under way may take to end once the server is asked to close. */
const CLOSING_MS = 2_000;
const CLOSING_STEP_MS = 10;

/**
 * Serves an embedded DynamoDB on 127.0.0.1, with its data in the directory `path`. When a write is answered, its data
 * are on disk, and survive if the process is killed.
 * @returns `undefined` if another process has the directory's files open
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
 * Dynalite gives no access to the store below its server; the store is caught here as it is made, since only it reports
 * whether it opens.
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

/** @returns whether the store is open; false if another process holds it */
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

/** The requests that the server works on. */
interface Requests {
  /** Those of clients that went away included: dynalite writes to the end what they wanted. */
  readonly underWay: number;
  /** Refuses new requests from now on. Resolves when none is under way, or when their time is up. */
  end(): Promise<void>;
}

/**
 * A client that goes away in the middle of a request makes dynalite's error listener throw: this one replaces it.
 * Dynalite answers every web page, without authentication: requests that a browser sends for a page are refused.
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
    // Dynalite ends every response to a request that came whole, also where nobody is left to get it.
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

/** Lets requests under way end, within bounds, so that none is cut in two between its writes. */
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
