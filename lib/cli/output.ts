/**
 * Standard output of a long-running command that can't be written any more, such as where the reader of a pipe has gone
 * (`npm start | head -3`).
 */
import type { EventEmitter } from 'node:events';
import process from 'node:process';

/** The part of the process that a test replaces. */
interface Streams {
  readonly stdout: EventEmitter;
}

/** Reading has ended for good: the reader of a pipe or the terminal has gone. */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/** How a long-running command goes on without its output. */
interface OutputLoss {
  /** Called once if the reader has gone for good. */
  readonly onReaderGone: () => void;
  /** Called with a line for standard error. */
  readonly show: (line: string) => void;
}

/** Shows once that standard output can't be written, and whether the command ends for that. */
export function reportOutputLoss({ onReaderGone, show }: OutputLoss, { stdout }: Streams = process): void {
  stdout.once('error', (error: { code?: unknown }) => {
    const isGone = READER_GONE.has(error.code);
    const what = `start: the output can't be written (${String(error.code ?? error)})`;
    show(isGone ? `${what}; runs under way may finish, then it ends` : `${what}; services go on, it is lost`);
    if (isGone) onReaderGone();
  });
}
