/** The error of code that can't be bundled: it names the service, and the place in its code. */
import type { Message } from 'esbuild';
import { isRecord, readProperty, TickoverError } from '../text/index.ts';

/** The most faults of one bundle that its error names. */
const MOST_FAULTS = 5;

/** The code of a service can't be bundled. */
export class BundleError extends TickoverError {
  override readonly name = 'BundleError';
  readonly code = 'not-bundled';
  /** The faults, each with its place as `file:line:column`. */
  readonly faults: readonly string[];

  constructor(subject: string, cause: unknown) {
    const faults = faultsIn(cause);
    const shown = faults.slice(0, MOST_FAULTS).join('; ');
    const more = faults.length > MOST_FAULTS ? `; and ${faults.length - MOST_FAULTS} more` : '';
    super(`${subject}: its code can't be bundled: ${shown}${more}`, { cause });
    this.faults = faults;
  }
}

/** Returns a message of esbuild as one line that begins with the place in the code. */
export function messageLine({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/**
 * Returns the faults in an error of esbuild, each as one line that begins with the place in the code. Any other error
 * is one fault.
 */
export function faultsIn(cause: unknown): string[] {
  const messages = readProperty(cause, 'errors');
  const faults = Array.isArray(messages) ? messages.filter(isRecord).map((each) => messageLine(each as never)) : [];
  return faults.length > 0 ? faults : [cause instanceof Error ? cause.message : String(cause)];
}
