/**
 * Handles the case that `npm start` can't write its standard output any more, for example because the reader of a pipe
 * has ended (`npm start | head -3`).
 */
import type { EventEmitter } from 'node:events';
import process from 'node:process';

/** The part of the process that a test replaces. */
interface Streams {
  readonly stdout: EventEmitter;
}

/** The codes of errors after which nobody reads the output any more: the reader of a pipe or the terminal has gone. */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/** The functions to call when a long-running command loses its output. */
interface OutputLoss {
  /** Called once if the reader of the output has gone and can't come back. */
  readonly onReaderGone: () => void;
  /** Called with one line that says what happened, to be printed on standard error. */
  readonly show: (line: string) => void;
}

/**
 * From this call on, shows one line when standard output can't be written any more. The line says whether the command
 * ends.
 */
export function reportOutputLoss({ onReaderGone, show }: OutputLoss, { stdout }: Streams = process): void {
  stdout.once('error', (error: { code?: unknown }) => {
    const isGone = READER_GONE.has(error.code);
    const what = `start: the output can't be written (${String(error.code ?? error)})`;
    show(isGone ? `${what}; runs under way may finish, then it ends` : `${what}; services go on, it is lost`);
    if (isGone) onReaderGone();
  });
}
