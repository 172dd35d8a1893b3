/**
 * Limits for the clients of the embedded DynamoDB, since dynalite has none: of connections, and for each request of
 * time, bytes and depth of JSON. Every valid request to DynamoDB stays within them.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SECOND } from '../../time/index.ts';

/**
 * The most connections to the server that may be open at the same time. The processes of a machine with a hundred
 * services open a few dozen.
 */
const MOST_CONNECTIONS = 256;
/**
 * The longest time without traffic on a connection, in milliseconds. Then the connection is cut, even if the headers of
 * a request have arrived only in part.
 */
const LONGEST_SILENCE = 10 * SECOND;
/**
 * The longest time in which the headers of a request may arrive, and the whole request (LONGEST_REQUEST), in
 * milliseconds. Then the connection is cut, even if bytes keep arriving.
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
 * By how much each byte of a body changes the depth of nesting, if it is outside of a JSON string: 1 for an opening
 * bracket or brace, -1 for a closing one, 0 for all other bytes.
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

/** Limits the number of connections to the server, the time without traffic on each, and the time of each request. */
export function boundConnections(server: Server, longestSilence = LONGEST_SILENCE): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = longestSilence;
  server.headersTimeout = LONGEST_HEAD;
  server.requestTimeout = LONGEST_REQUEST;
}

/**
 * Answers the request with an error as soon as its body is too large or too deeply nested. Dynalite then doesn't see
 * the rest of the body and doesn't answer.
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
 * Returns a function to call with each part of a JSON body in turn. It returns the greatest depth of nesting in the
 * parts so far.
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
