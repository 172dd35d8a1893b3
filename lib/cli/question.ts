/** Asks questions on the terminal of a command. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * The original `write` of standard output, kept before `guardOutput` replaces it. A question needs it to write control
 * characters to the terminal.
 */
const writeToTerminal = process.stdout.write.bind(process.stdout);

/** Asks a question, and returns the answer without the space around it; `undefined` after Ctrl+C or Ctrl+D. */
export async function ask(question: string): Promise<string | undefined> {
  const output = new Writable({ write: (chunk: Buffer, _encoding, done) => void writeToTerminal(chunk, () => done()) });
  const terminal = createInterface({ input: process.stdin, output, terminal: process.stdout.isTTY });
  // Ctrl+C and Ctrl+D close `terminal`. Without this abort, the question would then wait for ever.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const answer = await terminal.question(question, { signal: closed.signal }).catch(() => undefined);
  terminal.close();
  return answer?.trim();
}
