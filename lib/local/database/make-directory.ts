/**
 * Makes a directory and its missing parents. Node's `mkdir` with `recursive` is not used, since it never ends if an
 * existing parent (such as `/proc`) allows no new directory.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the directory and its missing parents, with access for this user only. An existing directory is not changed.
 * @throws the error of the operating system if a directory can't be made, or if `path` is no directory
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made the directory in the meantime.
    if (!isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
