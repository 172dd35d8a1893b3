/**
 * Serves the metrics of a process by HTTP, as upstream's `start_client_metrics_server` and `stop_client_metrics_server`
 * do. The server must not disturb the services: it keeps no process alive, and logs errors instead of throwing them.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { InvalidOptionsError } from '../rules/index.ts';
import { isInLambda, type Log, refuseOptions, type Surroundings } from '../service/index.ts';
import { SECOND, systemClock, withTimeLimit } from '../time/index.ts';

/** The settings of a metrics server: whether it serves, and at which address. */
export interface MetricsSettings extends MetricsAddress {
  readonly enabled: boolean;
}

/** The address of a metrics server. The path of the metrics is `/metrics`. */
export interface MetricsAddress {
  readonly host: string;
  /** The TCP port. In the settings, 0 lets the operating system choose one. */
  readonly port: number;
}

/** The part of a prom-client registry that the metrics server needs to answer a request. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The options of a metrics server: settings, the metrics to serve, and the log. */
export interface MetricsServerOptions extends MetricsSettings {
  readonly registry: Exposition;
  readonly log: Log;
  /**
   * The time in which a request must have arrived completely, in milliseconds; a slower connection is cut. The registry
   * has the same time to collect the metrics; if it takes longer, the answer has status 500.
   * @default 10 s
   */
  readonly requestTimeout?: number;
}

const DEFAULT_HOST = '127.0.0.1';
/** The default port of the metrics server, which upstream has too. */
const DEFAULT_PORT = 4201;
const DEFAULT_REQUEST_TIMEOUT = 10 * SECOND;
/**
 * The largest number of open connections to the metrics server. A scraper needs one or two. The server refuses further
 * ones, so that no client can use up all files that the process may open.
 */
const MOST_CONNECTIONS = 64;
/** The largest size of request headers, in bytes; larger ones are answered with status 431. */
const LARGEST_HEAD = 8_192;

/**
 * Reads the environment variables `TICKOVER_METRICS_ENABLED` (default false), `TICKOVER_METRICS_PORT` (4201) and
 * `TICKOVER_METRICS_HOST` (127.0.0.1). An empty variable counts as missing. In Lambda nothing is read and the server is
 * disabled, since functions write metrics in embedded metric format.
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

/**
 * A metrics server, which can be started and stopped any number of times. A call of `start` or `stop` takes effect only
 * after the calls before it have ended.
 */
export interface MetricsServer {
  /**
   * Starts to serve. Does nothing if the option `enabled` is false or the server serves already. Never rejects: if the
   * port is not available, it logs an error, and a later call tries again. Resolves to the address, or to `undefined`
   * if nothing is served.
   */
  start(): Promise<MetricsAddress | undefined>;
  /** Stops serving: closes open connections and refuses new ones. */
  stop(): Promise<void>;
  /** The address at which the server serves; `undefined` while it serves nothing. */
  readonly address: MetricsAddress | undefined;
}

/**
 * Makes a metrics server. It doesn't serve before `start` is called.
 * @throws InvalidOptionsError which names every option that is unknown or whose value has the wrong type
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

/** Listens at the address. Returns the server; if it can't listen, logs the reason and returns `undefined`. */
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
  // Neither an open connection of a scraper nor the listening socket may keep the process alive.
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

/**
 * Whether the client gets the answer in gzip: its `accept-encoding` names gzip, and not with weight 0. Upstream's
 * server also looks for the name gzip.
 */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[^,]*)?\s*(,|$)/i.test(String(headers['accept-encoding'] ?? ''));
}

const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Whether the request was meant for this server. If the server listens on a loopback address, the Host header must name
 * a loopback address or `localhost`. A web page whose domain an attacker has bound to 127.0.0.1 sends that domain
 * instead. If the server listens on another address, any name is accepted.
 */
export function isMeant(name: string | undefined, address: string | undefined): boolean {
  if (address === undefined || !LOOPBACK_ADDRESS.test(address)) return true;
  return name === undefined || LOOPBACK_NAME.test(name);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
