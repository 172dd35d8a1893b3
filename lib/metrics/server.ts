/**
 * The metrics server of a process: upstream's `start_client_metrics_server` and `stop_client_metrics_server`. It must
 * not disturb the services: it keeps no process alive, and logs errors instead of throwing them.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { InvalidOptionsError } from '../rules/index.ts';
import { isInLambda, type Log, refuseOptions, type Surroundings } from '../service/index.ts';
import { SECOND, systemClock, withTimeLimit } from '../time/index.ts';

/** Whether and where metrics are served. */
export interface MetricsSettings extends MetricsAddress {
  readonly enabled: boolean;
}

/** The address at which metrics are served, at `/metrics`. */
export interface MetricsAddress {
  readonly host: string;
  /** The port. In the settings, 0 lets the system choose one. */
  readonly port: number;
}

/** The part of a prom-client registry that a page needs. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The options of a metrics server: settings, the metrics to serve, and the log. */
export interface MetricsServerOptions extends MetricsSettings {
  readonly registry: Exposition;
  readonly log: Log;
  /**
   * Milliseconds within which a request must have arrived whole; a slower connection is cut. The metrics must be
   * collected in the same time; otherwise the answer is 500.
   * @default 10 s
   */
  readonly requestTimeout?: number;
}

const DEFAULT_HOST = '127.0.0.1';
/** The default port, which is also upstream's. */
const DEFAULT_PORT = 4201;
const DEFAULT_REQUEST_TIMEOUT = 10 * SECOND;
/**
 * The largest number of connections. A scraper needs one or two. Further connections are refused, so that no client can
 * use up all files that the process may open.
 */
const MOST_CONNECTIONS = 64;
/** The largest size of request headers, in bytes; larger ones are answered with status 431. */
const LARGEST_HEAD = 8_192;

/**
 * Reads `TICKOVER_METRICS_ENABLED` (default false), `TICKOVER_METRICS_PORT` (4201) and `TICKOVER_METRICS_HOST`
 * (127.0.0.1). An empty variable counts as missing. In Lambda nothing is read and the server is disabled, since metrics
 * are written in embedded metric format there.
 * @throws InvalidOptionsError which names every faulty variable, the expected and the given value
 */
export function metricsSettings(env: Surroundings['env']): MetricsSettings {
  if (isInLambda(env)) return { enabled: false, host: DEFAULT_HOST, port: DEFAULT_PORT };
  const enabled = env['TICKOVER_METRICS_ENABLED'] || 'false';
  const port = env['TICKOVER_METRICS_PORT'] || String(DEFAULT_PORT);
  const faults: string[] = [];
  if (!['true', '1', 'false', '0'].includes(enabled)) {
    faults.push(`TICKOVER_METRICS_ENABLED: expected 'true', 'false', '1' or '0', got '${enabled}'`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    faults.push(`TICKOVER_METRICS_PORT: expected a port from 0 to 65535, got '${port}'`);
  }
  if (faults.length > 0) throw new InvalidOptionsError('metrics', faults);
  return {
    enabled: enabled === 'true' || enabled === '1',
    host: env['TICKOVER_METRICS_HOST'] || DEFAULT_HOST,
    port: Number(port),
  };
}

/** A server that can be started and stopped any number of times. Calls are done one after the other. */
export interface MetricsServer {
  /**
   * Serves, unless the server is disabled or serving already. Never rejects: if the port is not available, it logs an
   * error, and a later start tries again. Resolves to the address, or to `undefined` if nothing is served.
   */
  start(): Promise<MetricsAddress | undefined>;
  /** Stops serving: closes open connections and refuses new ones. */
  stop(): Promise<void>;
  /** The address; `undefined` while nothing is served. */
  readonly address: MetricsAddress | undefined;
}

/**
 * Makes a metrics server and does not start it.
 * @throws InvalidOptionsError which names every option that is unknown or of another shape
 */
export function metricsServer(options: MetricsServerOptions): MetricsServer {
  refuseOptions('metrics', options, {
    ...{ enabled: 'flag', host: 'text', port: 'any', registry: 'object', log: 'object', requestTimeout: 'any' },
  });
  let serving: Server | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const result = last.then(act);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    start: () =>
      inOrder(async () => {
        if (options.enabled) serving ??= await listen(options);
        return addressOf(serving);
      }),
    stop: () =>
      inOrder(async () => {
        if (serving !== undefined) await close(serving);
        serving = undefined;
      }),
    get address() {
      return addressOf(serving);
    },
  };
}

/** Returns the listening server, or logs the reason and returns `undefined`. */
async function listen(options: MetricsServerOptions): Promise<Server | undefined> {
  const { host, port, log, requestTimeout = DEFAULT_REQUEST_TIMEOUT } = options;
  const limits = {
    headersTimeout: requestTimeout,
    requestTimeout,
    connectionsCheckingInterval: requestTimeout / 2,
    maxHeaderSize: LARGEST_HEAD,
  };
  const server = createServer(limits, (request, response) => {
    if (isMeant(request.headers.host, addressOf(server)?.host)) void answer(options, request, response);
    else refuse(response, 403, 'Forbidden. Metrics are for this machine, by its own name.');
  }).unref();
  server.maxConnections = MOST_CONNECTIONS;
  // A scraper keeps its connection open. That would keep the process alive, as the listening socket would.
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
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
  const { registry, log, requestTimeout = DEFAULT_REQUEST_TIMEOUT } = options;
  try {
    const page = await withTimeLimit(systemClock, requestTimeout, () => registry.metrics());
    const headers = { 'content-type': registry.contentType, vary: 'accept-encoding' };
    if (acceptsGzip(request)) response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(gzipSync(page));
    else response.writeHead(200, headers).end(page);
  } catch (error) {
    log.error(`metrics: they could not be collected (${String(error)}); this scrape is answered with 500`);
    refuse(response, 500, 'The metrics could not be collected.');
  }
}

/** As upstream's server: whoever names gzip gets it. Weight 0 refuses it. */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[^,]*)?\s*(,|$)/i.test(String(headers['accept-encoding'] ?? ''));
}

const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Whether the client meant this server: a web page whose name was bound to a loopback address sends its own name. A
 * server that listens elsewhere may have any name.
 */
export function isMeant(name: string | undefined, address: string | undefined): boolean {
  if (address === undefined || !LOOPBACK_ADDRESS.test(address)) return true;
  return name === undefined || LOOPBACK_NAME.test(name);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
