/**
 * Handles the case that `npm start` can't write its standard output any more, for example because the reader of a pipe
 * has ended (`npm start | head -3`).
 */
import type { EventEmitter } from 'node:events';
import process from 'node:process';

/** The part of Node's `process` that this file uses and that a test replaces. */
interface Streams {
  readonly stdout: EventEmitter;
}

/**
 * The codes of the errors of standard output after which nobody reads it any more: the reader of the pipe has ended, or
 * the terminal is closed.
 */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/** The functions to call when standard output can't be written any more. */
interface OutputLoss {
  /** Called once if the reader of standard output has ended, so that it can't be written again. */
  readonly onReaderGone: () => void;
  /** Called with one line that says what happened. The caller prints this line on standard error. */
  readonly show: (line: string) => void;
}

/**
 * From this call on, passes one line to `show` when standard output can't be written any more. The line says whether
 * the command ends. It ends only if the reader of standard output has ended.
 */
export function reportOutputLoss({ onReaderGone, show }: OutputLoss, { stdout }: Streams = process): void {
  stdout.once('error', (error: { code?: unknown }) => {
    const isGone = READER_GONE.has(error.code);
    const what = `start: the output can't be written (${String(error.code ?? error)})`;
    show(isGone ? `${what}; runs under way may finish, then it ends` : `${what}; services go on, it is lost`);
    if (isGone) onReaderGone();
  });
}
