/**
 * Limits the connections and requests to the embedded DynamoDB, since the package dynalite has no limits. Every valid
 * DynamoDB request stays within these limits.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SECOND } from '../../time/index.ts';

/**
 * The most connections to the embedded DynamoDB at the same time. A machine with a hundred services needs a few dozen.
 */
const MOST_CONNECTIONS = 256;
/** The longest time without traffic on a connection, in milliseconds. Then the server cuts the connection. */
const LONGEST_SILENCE = 10 * SECOND;
/**
 * The longest time in which the headers of a request may arrive, in milliseconds. Then the server cuts the connection.
 */
const LONGEST_HEAD = 10 * SECOND;
/** The longest time in which a whole request may arrive, in milliseconds. Then the server cuts the connection. */
const LONGEST_REQUEST = 30 * SECOND;
/** The largest body of a request, in bytes. DynamoDB itself allows 16 MB. */
const LARGEST_BODY = 17 * 1_024 * 1_024;
/**
 * The deepest nesting of JSON in a request. DynamoDB allows 32 levels in an item, and each takes two levels of JSON.
 */
const DEEPEST_BODY = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/**
 * For each byte, by how much it changes the depth of nesting outside of JSON strings: 1 for `[` and `{`, -1 for `]` and
 * `}`, else 0.
 */
const STEPS = new Int8Array(256);
for (const [byte, step] of [
  [0x5b, 1],
  [0x7b, 1],
  [0x5d, -1],
  [0x7d, -1],
] as const) {
  STEPS[byte] = step;
}

export function boundConnections(server: Server, longestSilence = LONGEST_SILENCE): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = longestSilence;
  server.headersTimeout = LONGEST_HEAD;
  server.requestTimeout = LONGEST_REQUEST;
}

/**
 * Answers the request with an error as soon as its body is too large or too deeply nested. Dynalite gets no more of the
 * body.
 */
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
