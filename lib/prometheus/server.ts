/**
 * Serves the Prometheus metrics of a process by HTTP. The server must not disturb the services: it doesn't keep the
 * process alive, and it logs its errors.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { InvalidOptionsError } from '../rules/index.ts';
import { isInLambda, type Log, refuseOptions, type Surroundings } from '../service/index.ts';
import { SECOND, systemClock, withTimeLimit } from '../time/index.ts';

export interface MetricsSettings extends MetricsAddress {
  readonly enabled: boolean;
}

/** The address of a metrics server, which serves the path `/metrics`. */
export interface MetricsAddress {
  readonly host: string;
  /** The TCP port. As a setting, 0 means any free port. */
  readonly port: number;
}

/** What the metrics server needs of its registry, such as a `Registry` of prom-client. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsServerOptions extends MetricsSettings {
  readonly registry: Exposition;
  readonly log: Log;
  /**
   * The longest time, in milliseconds, for receiving a request, and again for collecting the metrics. A slow client is
   * cut off; slow metrics are answered with status 500.
   * @default 10 s
   */
  readonly requestTimeout?: number;
}

const DEFAULT_HOST = '127.0.0.1';
/** The default port of the metrics server, the same as in Prefect. */
const DEFAULT_PORT = 4201;
const DEFAULT_REQUEST_TIMEOUT = 10 * SECOND;
/**
 * The most connections to the metrics server at the same time, so that no client uses up the file descriptors of the
 * process.
 */
const MOST_CONNECTIONS = 64;
/** The most bytes of request headers. The server answers larger ones with status 431. */
const LARGEST_HEAD = 8_192;

/**
 * Reads `TICKOVER_METRICS_ENABLED` (default false), `TICKOVER_METRICS_PORT` (4201) and `TICKOVER_METRICS_HOST`
 * (127.0.0.1). An empty variable counts as missing. In Lambda the server is always disabled.
 * @throws InvalidOptionsError which names every invalid variable, with the expected and the given value
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
 * A metrics server, which can be started and stopped again and again. Each call of `start` or `stop` waits for the
 * calls before it.
 */
export interface MetricsServer {
  /**
   * Starts to serve and resolves to the address. Resolves to `undefined` if the option `enabled` is false, or if it
   * can't listen; then it logs an error, and a later call tries again. Never rejects.
   */
  start(): Promise<MetricsAddress | undefined>;
  stop(): Promise<void>;
  readonly address: MetricsAddress | undefined;
}

/**
 * Makes a metrics server, which its method `start` starts.
 * @throws InvalidOptionsError which names every option that is unknown or has the wrong type
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
  // A connection of a client must not keep the process alive.
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

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[^,]*)?\s*(,|$)/i.test(String(headers['accept-encoding'] ?? ''));
}

const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Protects a server on a loopback address from web pages whose domain an attacker points at 127.0.0.1: the Host header
 * must name a loopback address or `localhost`. A server on another address accepts any name.
 */
export function isMeant(name: string | undefined, address: string | undefined): boolean {
  if (address === undefined || !LOOPBACK_ADDRESS.test(address)) return true;
  return name === undefined || LOOPBACK_NAME.test(name);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
