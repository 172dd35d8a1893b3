/** Ways in which DynamoDB can be away, each as an endpoint of 127.0.0.1 that behaves like it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { closedPort, httpServer, rawServer } from '../../support/raw-server.ts';

/** An outage that is on. */
export interface Outage {
  readonly endpoint: string;
  /** What makes name resolution fail, for a process to run before anything else. */
  readonly preload?: string;
  close(): Promise<void>;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const LATE = 900;

/** Every kind of outage, by name. */
export const OUTAGES: Readonly<Record<string, () => Promise<Outage>>> = {
  'connection refused': async () => ({ endpoint: `http://127.0.0.1:${await closedPort()}`, close: async () => {} }),
  'connection never made': unreachable,
  'connection reset': () => raw((socket) => socket.destroy()),
  'nothing answers': () => raw(() => {}),
  'TLS never agreed': () => raw(() => {}, 'https'),
  'name unknown': () =>
    unresolved("callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))"),
  'name never resolved': () => unresolved(''),
  'errors for ever': () => answering(500, 'InternalServerError'),
  'errors for ever, each late': () => answering(500, 'InternalServerError', LATE),
  'throttled for ever': () => answering(400, 'ProvisionedThroughputExceededException'),
  'answers that stop': () => unending(),
  'answers that drip': () => unending(100),
};

async function raw(onConnection: (socket: Socket) => void, scheme = 'http'): Promise<Outage> {
  const { port, close } = await rawServer(onConnection);
  return { endpoint: `${scheme}://127.0.0.1:${port}`, close };
}

async function answering(status: number, type: string, late = 0): Promise<Outage> {
  const { port, close } = await httpServer((_request, response) => {
    setTimeout(() => {
      response.writeHead(status, JSON_TYPE);
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'away' }));
    }, late);
  });
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

/** Answers begin, and go on by a byte at a time or not at all. */
async function unending(period?: number): Promise<Outage> {
  const { port, close } = await httpServer((_request, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
    response.write('{');
    const drip = period === undefined ? undefined : setInterval(() => response.write(' '), period);
    response.once('close', () => clearInterval(drip));
  });
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

/** The name is never looked up on the network: who looks it up is told what is written here, or nothing. */
async function unresolved(reply: string): Promise<Outage> {
  const preload = `import dns from 'node:dns';
    dns.lookup = (name, options, then) => { const callback = then ?? options; ${reply} };`;
  return { endpoint: 'http://dynamodb.example:80', preload, close: async () => {} };
}

/** Listens, accepts nothing, and stands still: once its queue is full, the system lets every further SYN fall. */
const STANDS_STILL = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    process.send(server.address().port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;
const MORE_THAN_THE_QUEUE = 8;

async function unreachable(): Promise<Outage> {
  const child = spawn(process.execPath, ['-e', STANDS_STILL], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  const sockets = Array.from({ length: MORE_THAN_THE_QUEUE }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.race(sockets.map((socket) => once(socket, 'connect')));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
