/**
 * Where a machine keeps its bundles. Each machine has a directory of its own below `functions`: several may work on one directory,
 * also with different databases, and a worker that starts again must find its bundle.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom } from '../../time/index.ts';
import { makeDirectory } from '../database/make-directory.ts';

/** A machine's own directory of bundles. */
export interface BundleDirectory {
  readonly path: string;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** Its name tells whose it is. */
const OWNED = /^(\d+)-/;

/** Makes a directory of this process, and removes those of processes that ended without doing so. */
export async function openBundleDirectory(directory: string): Promise<BundleDirectory> {
  const functions = join(directory, 'functions');
  const path = join(functions, `${process.pid}-${systemRandom.id()}`);
  makeDirectory(path);
  const abandoned = (await readdir(functions)).filter(isAbandoned);
  await Promise.all(abandoned.map((name) => removed(join(functions, name))));
  return { path, remove: () => removed(path) };
}

function isAbandoned(name: string): boolean {
  const [, pid] = OWNED.exec(name) ?? [];
  return pid !== undefined && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}

function removed(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
