/**
 * Makes safe what a command writes to its terminal: its own lines, the messages of other libraries, and those of the
 * parser of the command line.
 */
import { escapeControls } from './visible.ts';

/** The part of an output stream that {@link guardOutput} uses. */
interface Output {
  write(chunk: string | Uint8Array, ...rest: never[]): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/**
 * Makes output streams safe. After this call, control characters in the text that is written to them are escaped, so
 * that no terminal obeys them. A reader that goes away (`| head`) no longer ends the command in the middle of its work.
 */
export function guardOutput(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const write = output.write.bind(output);
    output.write = (chunk, ...rest) => write(typeof chunk === 'string' ? escapeControls(chunk) : chunk, ...rest);
    // Without a listener for `error`, Node would end the process and print a stack.
    output.on('error', () => {});
  }
}
