/** Bundling a function as a deploy would, with what lets a worker thread serve it; the bundle's hash is its build. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Service } from '../../service/index.ts';
import type { CatalogEntry } from '../../services/catalog.ts';
import { makeDirectory } from '../database/make-directory.ts';

/** A function ready to be served. */
export interface Bundle {
  readonly service: Service;
  /** The file with everything in it. */
  readonly file: string;
  /** A hash of code and policy. */
  readonly build: string;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** ESM has no `require`, which some bundled packages call. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Bundles a service's function into `directory`, which is made if missing and the caller's alone. The file is named after its build. */
export async function bundleFunction({ service, functionFile }: CatalogEntry, directory: string): Promise<Bundle> {
  const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const result = await build({
    stdin: {
      contents: `import { handler } from ${JSON.stringify(functionFile)}; import { serve } from ${JSON.stringify(worker)}; serve(handler);`,
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
    banner: { js: REQUIRE },
    logLevel: 'silent',
  });
  const code = result.outputFiles[0]?.text ?? '';
  const hash = buildOf(code, service);
  const file = resolve(directory, `${service.name}-${hash}.mjs`);
  makeDirectory(directory);
  await writeFile(file, code);
  return { service, file, build: hash };
}

/** Source maps carry paths of this machine: they are no part of what runs. */
function buildOf(code: string, { policy, schedule }: Service): string {
  const runs = code.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return createHash('sha256')
    .update(runs)
    .update(JSON.stringify([policy, schedule]))
    .digest('hex')
    .slice(0, 12);
}
