/**
 * Bundles functions as a deploy does, together with the code that serves them in a worker thread. Each start of a
 * command makes its own directory for bundles, below the directory `functions` of the data directory. Several processes
 * may work on one data directory, also with different databases, and a worker that starts later must still find its
 * bundle.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, stop } from 'esbuild';
import { buildId, COMMONJS, type Service } from '../../service/index.ts';
import type { CatalogEntry } from '../../services/catalog.ts';
import { systemRandom } from '../../time/index.ts';
import { makeDirectory } from '../database/make-directory.ts';
import { makeOwnDirectory } from '../database/own-files.ts';
import { sourcesOf } from './bundle-sources.ts';

/** The bundle of one function, which a worker thread can load. */
export interface Bundle {
  readonly service: Service;
  /** The file with which a worker thread starts. */
  readonly file: string;
  /** The build id of the function. */
  readonly build: string;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * Makes a directory for the bundles of this process below `directory`, and removes those of processes that have ended.
 * Returns its path.
 */
export async function makeBundleDirectory(directory: string): Promise<string> {
  const functions = join(directory, 'functions');
  const path = join(functions, `${process.pid}-${systemRandom.id()}`);
  makeDirectory(directory);
  makeOwnDirectory(functions);
  makeDirectory(path);
  const abandoned = (await readdir(functions)).filter(isAbandoned);
  await Promise.all(abandoned.map((name) => removeBundles(join(functions, name))));
  return path;
}

/** Removes a directory of bundles with its content, if it exists. */
export async function removeBundles(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Whether a directory of bundles is no longer used: its name begins with the id of a process that has ended. */
function isAbandoned(name: string): boolean {
  const [, pid] = /^(\d+)-/.exec(name) ?? [];
  try {
    return pid !== undefined && !process.kill(Number(pid), 0);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH';
  }
}

/**
 * Bundles the functions of the entries into `directory`, which is made if it is missing; no other process may write
 * into it. The result has one element for each entry, in the same order: the bundle, or the error with which the
 * bundling failed. If one function can't be bundled, the others still are.
 */
export async function bundleFunctions(
  entries: readonly CatalogEntry[],
  directory: string,
): Promise<readonly (Bundle | Error)[]> {
  try {
    return await bundleTogether(entries, directory);
  } catch (error) {
    if (entries.length <= 1) return entries.map(() => (error instanceof Error ? error : new Error(String(error))));
    const half = Math.ceil(entries.length / 2);
    const first = await bundleFunctions(entries.slice(0, half), directory);
    return [...first, ...(await bundleFunctions(entries.slice(half), directory))];
  }
}

/**
 * Bundles the function of one service.
 * @throws Error if it can't be bundled
 */
export async function bundleFunction(entry: CatalogEntry, directory: string): Promise<Bundle> {
  const [bundle] = await bundleTogether([entry], directory);
  if (bundle === undefined) throw new Error(`${entry.service.name}: no bundle was made`);
  return bundle;
}

/** The number of builds by esbuild that are under way in this process. */
let builds = 0;

/**
 * Bundles all functions by one build of esbuild. Code that several functions contain is read and written once, in files
 * that the bundles share. With one build for each function, a hundred functions would take minutes.
 */
async function bundleTogether(entries: readonly CatalogEntry[], directory: string): Promise<Bundle[]> {
  builds++;
  try {
    const { outputFiles, metafile } = await build({ ...OPTIONS, ...entryPointsOf(entries), outdir: directory });
    makeDirectory(directory);
    for (const { path, contents } of outputFiles) await writeFile(path, contents, OWN);
    const sources = await sourcesOf(metafile.outputs, ROOT);
    return await Promise.all(entries.map(({ service }) => writeFirst(service, sources.get(service.name), directory)));
  } finally {
    // After the last build the process of esbuild is ended, since it would occupy hundreds of megabytes.
    if (--builds === 0) await stop();
  }
}

/**
 * Writes the file with which a worker thread starts. This file contains a hash of the source files of its function. The
 * build id is made from this file, the policy and the schedule. The files with the code don't enter it, since the other
 * services influence how the code is divided among these files.
 */
async function writeFirst(service: Service, sources: string | undefined, directory: string): Promise<Bundle> {
  const code = `// ${sources ?? 'no sources'}\nimport './${codeOf(service.name)}.mjs';\n`;
  const file = resolve(directory, `${service.name}.mjs`);
  await writeFile(file, code, OWN);
  return { service, file, build: buildId(code, service) };
}

const OWN = { mode: 0o600 };

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  splitting: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outExtension: { '.js': '.mjs' },
  // The name of a shared file contains a dot. The name of a service has none, so the file with which a worker starts
  // never has the name of a shared file.
  chunkNames: 'shared.[hash]',
  minify: true,
  keepNames: true,
  // The source map is a separate file. In the file of the code it would take memory in every worker.
  sourcemap: 'linked',
  sourcesContent: false,
  banner: { js: COMMONJS.banner },
  define: COMMONJS.define,
  logLevel: 'silent',
} as const satisfies BuildOptions;

function codeOf(service: string): string {
  return `${service}.code`;
}

/**
 * The entry points for esbuild: for each function a virtual file that imports its handler and the code that serves it
 * in a worker thread.
 */
function entryPointsOf(entries: readonly CatalogEntry[]): Pick<BuildOptions, 'entryPoints' | 'plugins'> {
  const files = new Map(entries.map(({ service, functionFile }) => [service.name, functionFile]));
  const plugin: Plugin = {
    name: 'function',
    setup(made) {
      made.onResolve({ filter: /.*/ }, ({ kind, path }) =>
        kind === 'entry-point' ? { path, namespace: 'function' } : undefined,
      );
      made.onLoad({ filter: /.*/, namespace: 'function' }, ({ path }) => ({
        contents: `import { handler } from ${JSON.stringify(files.get(path))}; import { serve } from ${JSON.stringify(WORKER)}; serve(handler);`,
        resolveDir: ROOT,
      }));
    },
  };
  return { entryPoints: Object.fromEntries([...files.keys()].map((name) => [codeOf(name), name])), plugins: [plugin] };
}
