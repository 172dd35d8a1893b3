/**
 * Bundles the functions of the services for worker threads. Each process has a directory for its bundles, since several
 * processes may share a data directory.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { url as inspectorUrl } from 'node:inspector';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin, stop } from 'esbuild';
import {
  ALL_PARTS,
  bundleOptions,
  entryFor,
  fileOf,
  isInPackage,
  PROJECT_CODE,
  projectFiles,
  projectOf,
  type ReadFiles,
  sourcesOf,
} from '../../bundling/index.ts';
import { buildId, ownFile, type Service } from '../../service/index.ts';
import { systemRandom } from '../../time/index.ts';
import { makeDirectory } from '../database/make-directory.ts';
import { makeOwnDirectory } from '../database/own-files.ts';
import type { ServiceEntry } from '../services/find-services.ts';

export interface Bundle {
  readonly service: Service;
  readonly file: string;
  /** A hash of the code, policy and schedule of the function. */
  readonly build: string;
  /** The absolute paths of the files of which the function is made, without those of installed packages. */
  readonly files: readonly string[];
}

/** Where bundles are written. */
export interface BundlePlace {
  readonly directory: string;
  /** The directory of the project: build ids contain the paths of sources relative to it. */
  readonly root: string;
}

const WORKER = ownFile(import.meta.url, './worker');

/**
 * Makes a directory for the bundles of this process and returns its path. Removes the directories of processes that
 * have ended.
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

export async function removeBundles(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

function isAbandoned(name: string): boolean {
  const [, pid] = /^(\d+)-/.exec(name) ?? [];
  try {
    return pid !== undefined && !process.kill(Number(pid), 0);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH';
  }
}

/**
 * Bundles the functions into `directory`. The result has, in the order of `entries`, a bundle or the error of the
 * bundling. One faulty function doesn't stop the others.
 */
export async function bundleFunctions(
  entries: readonly ServiceEntry[],
  directory: string,
  root = rootOf(entries),
): Promise<readonly (Bundle | Error)[]> {
  const place = { directory, root };
  try {
    return await bundleTogether(entries, place);
  } catch (error) {
    if (entries.length <= 1) return entries.map(() => (error instanceof Error ? error : new Error(String(error))));
    const half = Math.ceil(entries.length / 2);
    const first = await bundleFunctions(entries.slice(0, half), directory, root);
    return [...first, ...(await bundleFunctions(entries.slice(half), directory, root))];
  }
}

/**
 * Bundles the function of one service.
 * @throws Error if the bundling fails
 */
export async function bundleFunction(entry: ServiceEntry, directory: string): Promise<Bundle> {
  const [bundle] = await bundleTogether([entry], { directory, root: rootOf([entry]) });
  if (bundle === undefined) throw new Error(`${entry.service.name}: no bundle was made`);
  return bundle;
}

let builds = 0;

/**
 * Bundles all functions in one build, which writes their common code once. A hundred separate builds would take
 * minutes.
 */
async function bundleTogether(entries: readonly ServiceEntry[], place: BundlePlace): Promise<Bundle[]> {
  const { directory, root } = place;
  const read: ReadFiles = new Map();
  builds++;
  try {
    const { outputFiles, metafile } = await build({
      ...optionsIn(root),
      ...entryPointsOf(entries, root, read),
      outdir: resolve(directory),
    });
    makeDirectory(directory);
    for (const { path, contents } of outputFiles) await writeFile(path, contents, OWN);
    const sources = await sourcesOf(metafile.inputs, root, read);
    return await Promise.all(
      entries.map(async ({ service }) => ({
        ...(await writeFirst(service, sources.get(service.name), directory)),
        files: projectFiles(`function:${service.name}`, metafile.inputs).map((path) => resolve(root, path)),
      })),
    );
  } finally {
    // Ends the process of esbuild, which occupies hundreds of megabytes.
    if (--builds === 0) await stop();
  }
}

/**
 * Writes the file with which a worker thread starts. It contains a hash of the source files of the service, from which
 * the build id is made. The bundled code can't be used for that, since esbuild divides it differently if another
 * service changes.
 */
async function writeFirst(
  service: Service,
  sources: string | undefined,
  directory: string,
): Promise<Omit<Bundle, 'files'>> {
  const code = `// ${sources ?? 'no sources'}\nimport './${codeOf(service.name)}.mjs';\n`;
  const file = resolve(directory, `${service.name}.mjs`);
  await writeFile(file, code, OWN);
  return { service, file, build: buildId(code, service) };
}

const OWN = { mode: 0o600 };

/** The options of every bundle, and those by which several bundles share code. */
function optionsIn(root: string) {
  return {
    // A debugger shows local variables by the names that the code has.
    ...bundleOptions(root, ALL_PARTS, { minify: inspectorUrl() === undefined }),
    splitting: true,
    outExtension: { '.js': '.mjs' },
    // The dot keeps shared files apart from the files of services, whose names contain no dot.
    chunkNames: 'shared.[hash]',
    // An inline source map would take memory in every worker thread.
    sourcemap: 'linked',
  } as const satisfies BuildOptions;
}

/** The directory of the project with the first of the services. */
export function rootOf([first]: readonly ServiceEntry[]): string {
  return first === undefined ? process.cwd() : projectOf(fileOf(first.source));
}

function codeOf(service: string): string {
  return `${service}.code`;
}

/**
 * The entry points for esbuild. Each is a virtual file that imports the handler of a service and serves it in a worker
 * thread.
 */
function entryPointsOf(
  entries: readonly ServiceEntry[],
  root: string,
  read: ReadFiles,
): Pick<BuildOptions, 'entryPoints' | 'plugins'> {
  const sources = new Map(entries.map(({ service, source }) => [service.name, source]));
  const plugin: Plugin = {
    name: 'function',
    setup(made) {
      made.onResolve({ filter: /.*/ }, ({ kind, path }) =>
        kind === 'entry-point' ? { path, namespace: 'function' } : undefined,
      );
      made.onLoad({ filter: /.*/, namespace: 'function' }, ({ path }) => ({
        contents: servedText(sources.get(path) ?? { entry: path }),
        resolveDir: root,
      }));
      made.onLoad({ filter: PROJECT_CODE }, async ({ path }) => {
        if (isInPackage(path)) return undefined;
        const contents = await readFile(path);
        read.set(path, contents);
        return { contents, loader: 'default' };
      });
    },
  };
  return {
    entryPoints: Object.fromEntries([...sources.keys()].map((name) => [codeOf(name), name])),
    plugins: [plugin],
  };
}

/** The text of a module that serves the handler of a service in a worker thread. */
function servedText(source: ServiceEntry['source']): string {
  return `${entryFor(source)}import { serve } from ${JSON.stringify(WORKER)};\nserve(handler);\n`;
}
