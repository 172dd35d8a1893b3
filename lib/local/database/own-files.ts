/**
 * Reads and writes files that only this user may access. Links are not followed, since another user may have put them
 * into the directory.
 */
import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { makeDirectory } from './make-directory.ts';

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants;
/** Flags for opening a file: a link is refused, and a pipe doesn't block. Windows has neither flag. */
const REGULAR = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const OWN_FILE = 0o600;
const OTHERS = 0o077;

/**
 * Appends text to the file, or makes the file. Other users lose their access to it.
 * @throws the error of the operating system, or an Error if `file` is a link or another special file
 */
export function appendOwn(file: string, text: string): void {
  withRegularFile(file, O_APPEND | O_CREAT | O_WRONLY, (descriptor, mode) => {
    if ((mode & OTHERS) !== 0) fchmodSync(descriptor, OWN_FILE);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  });
}

/**
 * Returns the content of the file.
 * @throws the error of the operating system, or an Error if `file` is a link or special file, or belongs to another
 * user
 */
export function readOwn(file: string): string {
  return withRegularFile(file, O_RDONLY, (descriptor, _, owner) => {
    const self = process.getuid?.() ?? owner;
    if (owner !== self) throw new Error(`${file}: expected a file of this user`);
    return readFileSync(descriptor, 'utf8');
  });
}

type Work<Result> = (descriptor: number, mode: number, owner: number) => Result;

function withRegularFile<Result>(file: string, flags: number, work: Work<Result>): Result {
  const descriptor = openSync(file, flags | REGULAR, OWN_FILE);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new Error(`${file}: expected a plain file`);
    return work(descriptor, found.mode, found.uid);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a directory that only this user may access. Other users lose their access to an existing directory.
 * @throws the error of the operating system, or an Error if `path` is a link
 */
export function makeOwnDirectory(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error(`${path}: expected a directory, got a link`);
  }
  makeDirectory(path);
  const descriptor = openSync(path, O_RDONLY | REGULAR);
  try {
    if ((fstatSync(descriptor).mode & OTHERS) !== 0) fchmodSync(descriptor, 0o700);
  } finally {
    closeSync(descriptor);
  }
}
