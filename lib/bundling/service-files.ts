/** Finds the files of services in a directory: each exports one service as its default. */
import { readdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { showValue } from '../text/index.ts';

/** The names of files that can hold a service. */
const SERVICE_FILE = /^(?![._]).+\.[cm]?[jt]s$/;
/** The names of declarations and of tests, which hold none. */
const OTHER_FILE = /\.(d|d\..+|test|spec)\.[cm]?[jt]s$/;

/**
 * Returns the absolute paths of the files of services in `directory`, in the order of their names. A file whose name
 * begins with `_` or `.`, a test and a declaration hold no service. Folders in the directory aren't searched: they have
 * room for what services share.
 * @throws InvalidOptionsError if the directory can't be read, has no such file, or has two files of one name
 */
export function findServiceFiles(directory: string): string[] {
  const names = filesIn(directory).filter(isServiceFile);
  const faults = [
    ...optionFault(
      names.length > 0,
      'directory',
      'a directory with a file for each service, such as poll-orders.ts',
      `${showValue(directory)}, which has none`,
    ),
    ...twiceFaults(names),
  ];
  if (faults.length > 0) throw new InvalidOptionsError('services', faults);
  return names.map((name) => resolve(directory, name));
}

/**
 * Returns the same paths without an error. A directory that can't be read has none, and two files of one name are both
 * listed.
 */
export function listServiceFiles(directory: string): string[] {
  try {
    return namesIn(directory)
      .filter(isServiceFile)
      .map((name) => resolve(directory, name));
  } catch {
    return [];
  }
}

function isServiceFile(name: string): boolean {
  return SERVICE_FILE.test(name) && !OTHER_FILE.test(name);
}

function namesIn(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

function filesIn(directory: string): string[] {
  try {
    return namesIn(directory);
  } catch (error) {
    const got = `${showValue(directory)} (${error instanceof Error ? error.message : String(error)})`;
    throw new InvalidOptionsError('services', optionFault(false, 'directory', 'a directory that can be read', got));
  }
}

/** A file beside its own compiled output would be the same service twice. */
function twiceFaults(names: readonly string[]): string[] {
  const nameOf = (file: string) => file.slice(0, -extname(file).length);
  return names.flatMap((name, index) => {
    const before = names.slice(0, index).find((other) => nameOf(other) === nameOf(name));
    return optionFault(before === undefined, 'directory', 'one file for each service', `${before} and ${name}`);
  });
}
