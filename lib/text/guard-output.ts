/**
 * The border between a command and its terminal. Whatever a command writes passes here, by whatever way: its own lines,
 * messages of other libraries, those of the command line's parser.
 */
import { escapeControls } from './visible.ts';

/** The part of an output stream that the border needs. */
interface Output {
  write(chunk: string | Uint8Array, ...rest: never[]): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/**
 * From now on what a terminal would obey is written escaped, and a reader that goes away (`| head`) ends no command in
 * the middle of its work.
 */
export function guardOutput(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const write = output.write.bind(output);
    output.write = (chunk, ...rest) => write(typeof chunk === 'string' ? escapeControls(chunk) : chunk, ...rest);
    // Where nobody listens, Node ends the process with a stack.
    output.on('error', () => {});
  }
}
