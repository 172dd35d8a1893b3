import { escapeControls } from './visible.ts';

interface Output {
  write(chunk: string | Uint8Array, ...rest: never[]): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/**
 * Escapes control characters in all text that is written to these streams, so that it can't steer a terminal. A reader
 * that ends early (`| head`) no longer ends the command.
 */
export function guardOutput(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const write = output.write.bind(output);
    output.write = (chunk, ...rest) => write(typeof chunk === 'string' ? escapeControls(chunk) : chunk, ...rest);
    // Without a listener for `error`, Node would end the process and print a stack.
    output.on('error', () => {});
  }
}
