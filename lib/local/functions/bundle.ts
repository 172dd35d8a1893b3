/**
 * Bundles functions as a deploy would, together with the code that serves them in a worker thread. Each machine has a
 * directory of its own below `functions`: several may work on one directory, also with different databases, and a
 * worker that starts again must find its bundle.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildId, COMMONJS, type Service } from '../../service/index.ts';
import type { CatalogEntry } from '../../services/catalog.ts';
import { systemRandom } from '../../time/index.ts';
import { makeDirectory } from '../database/make-directory.ts';

/** A function ready to be served. */
export interface Bundle {
  readonly service: Service;
  /** The file with everything in it. */
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
 * Bundles a service's function into `directory`, which is made if missing and the caller's alone. The file is named
 * after its build.
 */
export async function bundleFunction({ service, functionFile }: CatalogEntry, directory: string): Promise<Bundle> {
  const result = await build({
    stdin: {
      contents: `import { handler } from ${JSON.stringify(functionFile)}; import { serve } from ${JSON.stringify(WORKER)}; serve(handler);`,
      resolveDir: ROOT,
    },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    // Nothing is written here, but the source map names the sources as seen from there.
    outfile: resolve(directory, `${service.name}.mjs`),
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    sourcemap: 'inline',
    sourcesContent: false,
    banner: { js: COMMONJS.banner },
    define: COMMONJS.define,
    logLevel: 'silent',
  });
  const code = result.outputFiles[0]?.text ?? '';
  const id = buildId(code, service);
  const file = resolve(directory, `${service.name}-${id}.mjs`);
  makeDirectory(directory);
  await writeFile(file, code);
  return { service, file, build: id };
}
