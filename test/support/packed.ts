/** The package as npm would publish it, built and packed beside the checkout, so that no other test sees its files. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** What `npm pack --json` says of a tarball. */
export interface Packed {
  readonly filename: string;
  /** In bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

const MANIFESTS = ['package.json', 'README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md'];

/** Builds the package below `directory`, and packs it into `directory/tarball`. */
export function packInto(directory: string): Packed {
  const source = join(directory, 'source');
  const tarball = join(directory, 'tarball');
  for (const path of [source, tarball]) mkdirSync(path, { recursive: true });
  for (const file of MANIFESTS) copyFileSync(join(ROOT, file), join(source, file));
  execFileSync(join(ROOT, '.ci/build'), [join(source, 'dist')], { stdio: 'pipe' });
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', tarball];
  const [packed] = JSON.parse(execFileSync('npm', words, { cwd: source, encoding: 'utf8', stdio: 'pipe' }));
  return packed as Packed;
}

/**
 * Makes a project with the packed package in its `node_modules`, as `npm install` would, beside the packages that this
 * checkout has installed. Returns its path.
 */
export function consumerOf(directory: string, { filename }: Packed, name = 'consumer'): string {
  const consumer = join(directory, name);
  const modules = join(consumer, 'node_modules');
  const own = join(modules, 'tickover');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['xzf', join(directory, 'tarball', filename), '-C', own, '--strip-components=1']);
  for (const module of readdirSync(join(ROOT, 'node_modules'))) {
    symlinkSync(join(ROOT, 'node_modules', module), join(modules, module));
  }
  return consumer;
}
