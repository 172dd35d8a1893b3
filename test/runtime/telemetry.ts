/** What a runtime writes to Lambda's telemetry: frames of a 16-byte head (kind, length, microseconds) and a message. */

const HEAD = 16;
const LENGTH_AT = 4;

/**
 * The messages in a stream of frames, in order; trailing line ends are no part of them. A frame that broke off is left
 * out.
 */
export function telemetryIn(frames: Buffer): string[] {
  const messages: string[] = [];
  let at = 0;
  while (at + HEAD <= frames.length) {
    const end = at + HEAD + frames.readUInt32BE(at + LENGTH_AT);
    if (end > frames.length) break;
    messages.push(frames.toString('utf8', at + HEAD, end).trimEnd());
    at = end;
  }
  return messages;
}
