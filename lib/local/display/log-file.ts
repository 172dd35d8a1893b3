/** The file that keeps the functions' whole log. A full file replaces the older one: the log has two files at most. */
import { lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { escapeLogLine } from '../../text/index.ts';
import { makeDirectory } from '../database/make-directory.ts';
import { appendOwn } from '../database/own-files.ts';

/** The size of a full file, in bytes: a few days of one service with an interval of 5 s. */
const FULL = 32 * 1_024 * 1_024;

/**
 * Returns a function that appends a line at once, so that a process that ends loses none. Hidden characters are
 * written escaped. The first failure is shown, later ones are not.
 */
export function logKeeper(file: string, show: (line: string) => void, full = FULL): (line: string) => void {
  let hasFailed = false;
  let size: number | undefined;
  return (line) => {
    try {
      size ??= sizeOf(file);
      if (size >= full) size = sizeOnceRotated(file, full);
      const written = `${escapeLogLine(line)}\n`;
      appendOwn(file, written);
      size += Buffer.byteLength(written);
    } catch (error) {
      if (!hasFailed) show(`${file}: can't be written (${String(error)}); services go on, their log is lost`);
      hasFailed = true;
    }
  };
}

/** Moves the file only if it is still full: another process on the same directory may have moved it in the meantime. */
function sizeOnceRotated(file: string, full: number): number {
  const size = sizeOf(file);
  if (size < full) return size;
  renameSync(file, `${file}.old`);
  return 0;
}

/** The bytes that all processes have written so far. */
function sizeOf(file: string): number {
  makeDirectory(dirname(file));
  return lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
