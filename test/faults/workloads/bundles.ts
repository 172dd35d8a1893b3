/** The misbehaving function as each host runs it: bundled, so that a process is up in no time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Bundle, bundleFunction } from '../../../lib/local/functions/bundle.ts';
import { misbehaves } from './fixtures/misbehaves.ts';

/** The files, and the directory they are in. */
export interface Bundles {
  readonly directory: string;
  /** For a process: the stand-in for Lambda's runtime with the handler in it. */
  readonly runtime: string;
  readonly worker: Bundle;
  remove(): Promise<void>;
}

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Bundles the function into a directory of its own. */
export async function bundleMisbehaving(): Promise<Bundles> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-workloads-'));
  const runtime = join(directory, 'runtime.mjs');
  await build({
    stdin: {
      contents: `import { handler } from './misbehaves.ts'; import { serveLines } from './runtime-process.ts'; await serveLines(handler);`,
      resolveDir: FIXTURES,
    },
    bundle: true,
    outfile: runtime,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    sourcemap: 'inline',
    sourcesContent: false,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  const worker = await bundleFunction(
    { service: misbehaves, source: { entry: join(FIXTURES, 'misbehaves.ts') } },
    directory,
  );
  return { directory, runtime, worker, remove: () => rm(directory, { recursive: true, force: true }) };
}
