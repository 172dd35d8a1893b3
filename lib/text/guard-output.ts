/**
 * The border between a command and its terminal. Everything that a command writes passes here: its own lines, the
 * messages of other libraries, and those of the parser of the command line.
 */
import { escapeControls } from './visible.ts';

/** The part of an output stream that {@link guardOutput} uses. */
interface Output {
  write(chunk: string | Uint8Array, ...rest: never[]): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/**
 * Makes output streams safe. From now on, control characters in text are escaped before a terminal can obey them. A
 * reader that goes away (`| head`) no longer ends the command in the middle of its work.
 */
export function guardOutput(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const write = output.write.bind(output);
    output.write = (chunk, ...rest) => write(typeof chunk === 'string' ? escapeControls(chunk) : chunk, ...rest);
    // Without a listener for `error`, Node would end the process and print a stack.
    output.on('error', () => {});
  }
}
