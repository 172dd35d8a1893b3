/**
 * The bounds of the embedded database: dynalite has none. A client gets no more connections, time, bytes or depth than
 * any request to DynamoDB needs.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SECOND } from '../../time/index.ts';

/** A machine with a hundred services has a few dozen. */
const MOST_CONNECTIONS = 256;
/** A connection on which nothing comes or goes for so long is cut, in the middle of a head too. */
const LONGEST_SILENCE = 10 * SECOND;
/** A head, and a whole request, that take longer than this to arrive are cut, however slowly they drip. */
const LONGEST_HEAD = 10 * SECOND;
const LONGEST_REQUEST = 30 * SECOND;
/** DynamoDB's own bound of a request is 16 MB. */
const LARGEST_BODY = 17 * 1_024 * 1_024;
/** DynamoDB allows 32 levels in an item, which take two in JSON each. */
const DEEPEST_BODY = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** What each byte outside of a text adds to the depth: brackets and braces. */
const STEPS = new Int8Array(256);
for (const [byte, step] of [
  [0x5b, 1],
  [0x7b, 1],
  [0x5d, -1],
  [0x7d, -1],
] as const) {
  STEPS[byte] = step;
}

/** Bounds the server's connections. */
export function boundConnections(server: Server, longestSilence = LONGEST_SILENCE): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = longestSilence;
  server.headersTimeout = LONGEST_HEAD;
  server.requestTimeout = LONGEST_REQUEST;
}

/** Refuses the request, and lets nobody else answer it, as soon as its body is too large or too deep. */
export function boundBody(request: IncomingMessage, response: ServerResponse): void {
  const depth = depthCounter();
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) refuse(413, 'the request is too large');
    else if (depth(chunk) > DEEPEST_BODY) refuse(400, 'the request is nested too deeply');
  });
  const refuse = (status: number, message: string) => {
    request.removeAllListeners('data');
    request.removeAllListeners('end');
    const body = JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' });
    response.end(body, () => request.destroy());
  };
}

/** Returns a function that takes JSON in parts, and returns the greatest depth so far. */
function depthCounter(): (chunk: Buffer) => number {
  let deepest = 0;
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  const readText = (byte: number) => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else isText = byte !== QUOTE;
  };
  const readOther = (byte: number) => {
    if (byte === QUOTE) isText = true;
    depth += STEPS[byte] ?? 0;
    if (depth > deepest) deepest = depth;
  };
  return (chunk) => {
    for (const byte of chunk) (isText ? readText : readOther)(byte);
    return deepest;
  };
}
