/** Bundling a function as a deploy would, together with the code that serves it in a worker thread. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildId, type Service } from '../../service/index.ts';
import type { CatalogEntry } from '../../services/catalog.ts';
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
  const id = buildId(code, service);
  const file = resolve(directory, `${service.name}-${id}.mjs`);
  makeDirectory(directory);
  await writeFile(file, code);
  return { service, file, build: id };
}
