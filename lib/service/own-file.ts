/** Finds files of Tickover that are passed to a worker thread, a process or a bundler instead of being imported. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the absolute path of a module of Tickover. `path` has no extension: the module has that of the calling
 * module, `.ts` in a checkout and `.js` in the built package.
 * @param from `import.meta.url` of the calling module
 * @param path the path of the module, relative to the calling module
 */
export function ownFile(from: string, path: string): string {
  return fileURLToPath(new URL(path + extname(fileURLToPath(from)), from));
}
