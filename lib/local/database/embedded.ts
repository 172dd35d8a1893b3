/**
 * The embedded DynamoDB: dynalite in this process, its data in a directory. Written around three habits of dynalite, each of
 * which would otherwise end the process or hold it up: it doesn't tell whether its directory could be opened, it throws when
 * a client goes away in the middle of a request, and closing it waits for idle connections.
 */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import levels from 'dynalite/db/index.js';
import { systemClock } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';

/** The header by which an answer says which server gave it. */
export const IDENTITY_HEADER = 'x-tickover-database';

/** A server that is up. */
export interface Embedded {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** What to serve. */
export interface EmbeddedOptions {
  readonly path: string;
  /** 0: any free port. */
  readonly port: number;
  /** Told in every answer's {@link IDENTITY_HEADER}. */
  readonly identity: string;
}

/** How long requests that are under way may take to end once the server is asked to close. */
const CLOSING_PATIENCE_MS = 2_000;
const CLOSING_STEP_MS = 10;

/**
 * Serves the directory on 127.0.0.1. Data are on disk once a write is answered, and survive the process being killed.
 * @returns `undefined` if another process holds the directory
 * @throws DatabaseError `port-in-use` or `database-unusable`
 */
export async function serveEmbedded(options: EmbeddedOptions): Promise<Embedded | undefined> {
  const { server, store } = create(options.path);
  if (!(await opened(store, options.path))) return undefined;
  hardened(server, options.identity);
  try {
    const port = await listening(server, options.port);
    return { endpoint: `http://127.0.0.1:${port}`, close: () => closed(server) };
  } catch (error) {
    await store.db.close();
    throw error;
  }
}

/** Dynalite keeps what it made below the server to itself; it is caught here as it is made, since only it tells whether it could be opened. */
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

async function opened(store: levels.Store, path: string): Promise<boolean> {
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
 * A client that goes away in the middle of a request makes dynalite's own listener throw: it is replaced once it is in place. Dynalite
 * lets every web page ask it, and asks nobody who he is: what a browser sends for a page is refused.
 */
function hardened(server: Server, identity: string): void {
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

async function listening(server: Server, port: number): Promise<number> {
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
async function closed(server: Server): Promise<void> {
  let down = false;
  const closing = new Promise<void>((resolve, reject) => {
    server.close((error) => {
      down = true;
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
  for (let waited = 0; !down && waited < CLOSING_PATIENCE_MS; waited += CLOSING_STEP_MS) {
    server.closeIdleConnections();
    await Promise.race([closing, systemClock.sleep(CLOSING_STEP_MS)]);
  }
  server.closeAllConnections();
  await closing;
}
