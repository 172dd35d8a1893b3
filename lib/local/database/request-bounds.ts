/**
 * Limits for the clients of the embedded DynamoDB, since dynalite has none. A client gets no more connections, time,
 * bytes or depth of JSON than a valid request to DynamoDB needs.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SECOND } from '../../time/index.ts';

/** The largest number of open connections. The processes of a machine with a hundred services open a few dozen. */
const MOST_CONNECTIONS = 256;
/**
 * The longest time without traffic on a connection, in milliseconds; then the connection is cut, even in the middle of
 * the request headers.
 */
const LONGEST_SILENCE = 10 * SECOND;
/**
 * The longest times for the headers of a request, and for a whole request, to arrive, in milliseconds. Slower ones are
 * cut, even if bytes keep arriving.
 */
const LONGEST_HEAD = 10 * SECOND;
const LONGEST_REQUEST = 30 * SECOND;
/** The largest body of a request, in bytes. DynamoDB itself allows 16 MB. */
const LARGEST_BODY = 17 * 1_024 * 1_024;
/**
 * The deepest nesting of the JSON in a request. DynamoDB allows 32 levels in an item, and each takes two levels of
 * JSON.
 */
const DEEPEST_BODY = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/**
 * By how much each byte outside of a JSON string changes the depth: 1 for an opening bracket or brace, -1 for a closing
 * one.
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

/** Limits the number of connections to the server, and their time. */
export function boundConnections(server: Server, longestSilence = LONGEST_SILENCE): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = longestSilence;
  server.headersTimeout = LONGEST_HEAD;
  server.requestTimeout = LONGEST_REQUEST;
}

/**
 * Refuses the request as soon as its body is too large or too deeply nested. Dynalite then doesn't see the rest of it
 * and doesn't answer.
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

/**
 * Returns a function that is called with the JSON of a body, part by part. It returns the greatest depth of nesting so
 * far.
 */
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
