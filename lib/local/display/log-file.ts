/**
 * Keeps the whole log of all functions in a file. When the file is full, it is renamed to its name with `.old` and
 * replaces the older file of that name, so that the log has two files at most.
 */
import { lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { escapeLogLine } from '../../text/index.ts';
import { makeDirectory } from '../database/make-directory.ts';
import { appendOwn } from '../database/own-files.ts';

/** The size at which the log file is full, in bytes. A service with an interval of 5 s fills it in a few days. */
const FULL = 32 * 1_024 * 1_024;

/**
 * Returns a function that appends a line to the file at once, so that no line is lost if the process ends. Hidden
 * characters are escaped. If the file can't be written, `show` is called at the first failure only.
 * @param full the size at which the file is full, in bytes
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
 * Renames the file if it is still full, and returns the size of the file to which lines are now appended. Another
 * process that works on the same directory may have renamed it in the meantime.
 */
function sizeOnceRotated(file: string, full: number): number {
  const size = sizeOf(file);
  if (size < full) return size;
  renameSync(file, `${file}.old`);
  return 0;
}

/** The size of the file in bytes, including the lines that other processes have appended; 0 if there is no file. */
function sizeOf(file: string): number {
  makeDirectory(dirname(file));
  return lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
