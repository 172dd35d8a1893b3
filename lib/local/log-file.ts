/** The file that keeps the functions' whole log. When it is full it becomes the older one, which it replaces: the log has two files at most. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** When a file is full, in bytes: a few days of one service with an interval of 5 s. */
export const FULL = 32 * 1_024 * 1_024;

/** Keeps each line at once, so that a process that ends leaves none behind. That they can't be kept is told once. */
export function logKeeper(file: string, show: (line: string) => void, full = FULL): (line: string) => void {
  let told = false;
  let size: number | undefined;
  return (line) => {
    try {
      size ??= sizeOf(file);
      if (size >= full) {
        renameSync(file, `${file}.old`);
        size = 0;
      }
      appendFileSync(file, `${line}\n`);
      size += Buffer.byteLength(line) + 1;
    } catch (error) {
      if (!told) show(`${file}: can't be written (${String(error)}); services go on, their log is lost`);
      told = true;
    }
  };
}

/** What an earlier process left. */
function sizeOf(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
