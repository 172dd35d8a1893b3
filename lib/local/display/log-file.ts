/**
 * Writes the log of all services into a file. A full file is renamed to `<name>.old`, so there are at most two files.
 */
import { lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { escapeLogLine } from '../../text/index.ts';
import { makeDirectory } from '../database/make-directory.ts';
import { appendOwn } from '../database/own-files.ts';

/** The size in bytes at which a new log file begins. A service with an interval of 5 s reaches it in a few days. */
const FULL = 32 * 1_024 * 1_024;

/**
 * Returns a function that appends a line to the file at once, with invisible characters escaped. `show` gets one line
 * at the first failed write and nothing at later ones.
 * @param full the size in bytes at which a new file begins
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

/**
 * Renames the file if it is still full, since another process may have renamed it. Returns the size of the current
 * file, which is 0 after renaming.
 */
function sizeOnceRotated(file: string, full: number): number {
  const size = sizeOf(file);
  if (size < full) return size;
  renameSync(file, `${file}.old`);
  return 0;
}

function sizeOf(file: string): number {
  makeDirectory(dirname(file));
  return lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
