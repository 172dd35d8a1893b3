/**
 * Bundles functions as a deploy would, together with the code that serves them in a worker thread. Each machine has a
 * directory of its own below `functions`: several may work on one directory, also with different databases, and a
 * worker that starts again must find its bundle.
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

/** A function ready to be served. */
export interface Bundle {
  readonly service: Service;
  /** The file to start a worker with. */
  readonly file: string;
  /** Its build id. */
  readonly build: string;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Makes a directory of this process, and removes those of processes that have ended. Returns its path. */
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

/** Removes a directory of bundles. */
export async function removeBundles(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Whether the process whose id the name begins with has ended. */
function isAbandoned(name: string): boolean {
  const [, pid] = /^(\d+)-/.exec(name) ?? [];
  try {
    return pid !== undefined && !process.kill(Number(pid), 0);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH';
  }
}

/**
 * Bundles the functions of services into `directory`, which is made if missing and the caller's alone. The result has
 * for each entry its bundle, or the error that kept it from being made; one that can't be made takes no other down.
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

/** Bundles one service's function. */
export async function bundleFunction(entry: CatalogEntry, directory: string): Promise<Bundle> {
  const [bundle] = await bundleTogether([entry], directory);
  if (bundle === undefined) throw new Error(`${entry.service.name}: no bundle was made`);
  return bundle;
}

/** The builds of esbuild under way in this process. */
let builds = 0;

/**
 * One build for all: code that several functions have is read and written once, in files that they share. A build for
 * each of a hundred functions would take minutes.
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
    // The process of esbuild keeps hundreds of megabytes.
    if (--builds === 0) await stop();
  }
}

/**
 * Writes the file that a worker starts with. It names the sources of its function's code, so that the build id follows
 * from them alone: how the code is spread over shared files depends on the other services.
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
  // No service's name has a dot.
  chunkNames: 'shared.[hash]',
  minify: true,
  keepNames: true,
  // Outside of the code, which every worker has in memory.
  sourcemap: 'linked',
  sourcesContent: false,
  banner: { js: COMMONJS.banner },
  define: COMMONJS.define,
  logLevel: 'silent',
} as const satisfies BuildOptions;

function codeOf(service: string): string {
  return `${service}.code`;
}

/** The entry point of a function: its handler, together with the code that serves it in a worker thread. */
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
