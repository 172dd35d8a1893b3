/**
 * The metrics server of a process: upstream's `start_client_metrics_server` and `stop_client_metrics_server`. It serves the
 * services and never stands in their way: it keeps no process alive, and what goes wrong here is logged, not thrown.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../service/index.ts';
import { SECOND } from '../time/index.ts';
import type { MetricsSettings } from './settings.ts';

/** What is served: the part of a prom-client registry that a page needs. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Settings, what to serve, and where to tell. */
export interface MetricsServerOptions extends MetricsSettings {
  readonly registry: Exposition;
  readonly log: Log;
  /** How long a request may take to come in whole, in milliseconds; a connection that is slower is cut. @default 10 s */
  readonly patience?: number;
}

const DEFAULT_PATIENCE = 10 * SECOND;
/** A scraper needs one or two. More than this are refused, so that nobody takes all the files that the process may open. */
const MOST_CONNECTIONS = 64;
/** Larger heads are answered with 431. In bytes. */
const LARGEST_HEAD = 8_192;

/** Where metrics are served, at `/metrics`. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that can be started and stopped any number of times. Calls take their turns, so none overtakes another. */
export interface MetricsServer {
  /**
   * Serves, unless it is disabled or serving already. Never rejects: a port that can't be had is logged as an error, and a
   * later start tries again. Resolves to the address, or `undefined` if nothing is served.
   */
  start(): Promise<MetricsAddress | undefined>;
  /** Ends serving, if it was: open connections are cut and the next one is refused. */
  stop(): Promise<void>;
  /** Where metrics are served now, or `undefined`. */
  readonly address: MetricsAddress | undefined;
}

/** A metrics server, not started yet. */
export function metricsServer(options: MetricsServerOptions): MetricsServer {
  let serving: Server | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(act);
    turn = result.catch(() => undefined);
    return result;
  };
  return {
    start: () =>
      inTurn(async () => {
        if (options.enabled) serving ??= await listen(options);
        return addressOf(serving);
      }),
    stop: () =>
      inTurn(async () => {
        if (serving !== undefined) await close(serving);
        serving = undefined;
      }),
    get address() {
      return addressOf(serving);
    },
  };
}

/** The server, listening; or `undefined`, with the reason logged. */
async function listen(options: MetricsServerOptions): Promise<Server | undefined> {
  const { host, port, log, patience = DEFAULT_PATIENCE } = options;
  const limits = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: patience / 2,
    maxHeaderSize: LARGEST_HEAD,
  };
  const server = createServer(limits, (request, response) => void answer(options, request, response)).unref();
  server.maxConnections = MOST_CONNECTIONS;
  // A scraper keeps its connection open, and that would keep the process alive like the listening socket.
  server.on('connection', (socket) => socket.unref());
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    log.error(`metrics: ${reasonOf(error, options)}; metrics are not served, services go on`);
    return undefined;
  }
  server.on('error', (error) => log.error(`metrics: ${error.message}; a connection is lost, services go on`));
  log.info(`metrics: served at ${urlOf(addressOf(server) ?? { host, port })}`);
  return server;
}

function reasonOf(error: unknown, { host, port }: MetricsSettings): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use`;
  return `can't listen on port ${port} of ${host} (${error instanceof Error ? error.message : String(error)})`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function addressOf(server: Server | undefined): MetricsAddress | undefined {
  const address = server?.address() ?? null;
  if (address === null || typeof address === 'string') return undefined;
  return { host: address.address, port: address.port };
}

function urlOf({ host, port }: MetricsAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`;
}

async function answer(
  options: MetricsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path !== '/metrics') return refuse(response, 404, 'Not found. Metrics are at /metrics.');
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    return refuse(response, 405, 'Method not allowed. Use GET.');
  }
  const { registry, log } = options;
  try {
    const page = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(page);
  } catch (error) {
    log.error(`metrics: they could not be collected (${String(error)}); this scrape is answered with 500`);
    refuse(response, 500, 'The metrics could not be collected.');
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
