/**
 * The embedded DynamoDB: dynalite in this process, its data in a directory. This file works around three habits of
 * dynalite, each of which would end the process or hold it up: it doesn't report whether its directory could be opened,
 * it throws when a client goes away in the middle of a request, and closing it waits for idle connections.
 */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import dynalite from 'dynalite';
import levels from 'dynalite/db/index.js';
import { systemClock } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';

/** The header of every answer that names the server. */
export const IDENTITY_HEADER = 'x-tickover-database';

/** A running server. */
export interface Embedded {
  readonly endpoint: string;
  close(): Promise<void>;
}

interface EmbeddedOptions {
  readonly path: string;
  /** 0: any free port. */
  readonly port: number;
  /** Sent in every answer's {@link IDENTITY_HEADER}. */
  readonly identity: string;
}

/** How long requests under way may take to end once the server is asked to close. */
const CLOSING_MS = 2_000;
const CLOSING_STEP_MS = 10;

/**
 * Serves the directory on 127.0.0.1. Data are on disk once a write is answered, and survive the process being killed.
 * @returns `undefined` if another process holds the directory
 * @throws DatabaseError `port-in-use` or `database-unusable`
 */
export async function serveEmbedded({ path, port, identity }: EmbeddedOptions): Promise<Embedded | undefined> {
  const { server, store } = create(path);
  if (!(await open(store, path))) return undefined;
  harden(server, identity);
  try {
    const endpoint = `http://127.0.0.1:${await listen(server, port)}`;
    return { endpoint, close: () => close(server) };
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

/**
 * A client that goes away in the middle of a request makes dynalite's error listener throw: this one replaces it.
 * Dynalite answers every web page, without authentication: requests that a browser sends for a page are refused.
 */
function harden(server: Server, identity: string): void {
  const handlers = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    response.setHeader(IDENTITY_HEADER, identity);
    if (request.headers.origin !== undefined) return void response.writeHead(403).end();
    for (const handle of handlers) handle.call(server, request, response);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
  });
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
