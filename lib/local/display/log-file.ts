/** The file that keeps the functions' whole log. When it is full it becomes the older one, which it replaces: the log has two files at most. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../database/make-directory.ts';

/** When a file is full, in bytes: a few days of one service with an interval of 5 s. */
export const FULL = 32 * 1_024 * 1_024;

/** Keeps each line at once, so that a process that ends leaves none behind. That they can't be kept is told once. */
export function logKeeper(file: string, show: (line: string) => void, full = FULL): (line: string) => void {
  let told = false;
  let size: number | undefined;
  return (line) => {
    try {
      size ??= sizeOf(file);
      if (size >= full) size = sizeOnceRotated(file, full);
      appendFileSync(file, `${line}\n`);
      size += Buffer.byteLength(line) + 1;
    } catch (error) {
      if (!told) show(`${file}: can't be written (${String(error)}); services go on, their log is lost`);
      told = true;
    }
  };
}

/** Another process on the same directory may have made it the older one in the meantime: only what is full now is moved. */
function sizeOnceRotated(file: string, full: number): number {
  const size = sizeOf(file);
  if (size < full) return size;
  renameSync(file, `${file}.old`);
  return 0;
}

/** What has been written so far, by whatever process. */
function sizeOf(file: string): number {
  makeDirectory(dirname(file));
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
