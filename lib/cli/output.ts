import type { EventEmitter } from 'node:events';
import process from 'node:process';

interface Streams {
  readonly stdout: EventEmitter;
}

/** The error codes that mean that the reader of standard output is gone: a pipe or terminal was closed. */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

interface OutputLoss {
  readonly onReaderGone: () => void;
  readonly show: (line: string) => void;
}

/**
 * Watches standard output. At the first write that fails, `show` gets one line; if the reader is gone, `onReaderGone`
 * is called too.
 */
export function reportOutputLoss({ onReaderGone, show }: OutputLoss, { stdout }: Streams = process): void {
  stdout.once('error', (error: { code?: unknown }) => {
    const isGone = READER_GONE.has(error.code);
    const what = `start: the output can't be written (${String(error.code ?? error)})`;
    show(isGone ? `${what}; runs under way may finish, then it ends` : `${what}; services go on, it is lost`);
    if (isGone) onReaderGone();
  });
}
