/** Records the calls of one healthy tick: a checkout's lib is instrumented, bundled, and run in a worker of its own. */
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Plugin, transform } from 'esbuild';
import type { Call } from './figures.ts';
import { instrumented } from './instrument.ts';
import type { StageData, StageResult } from './stage.ts';

const STAGE = fileURLToPath(new URL('./stage.ts', import.meta.url));
/** What the stage names from where it lies. It is found in the checkout that is measured. */
const FROM_STAGE = '../../';
/** Loaded as they are installed: they load files of their own that no bundle holds. */
const NOT_BUNDLED = /^(dynalite|esbuild)(\/|$)/;
/** ESM has no `require`, which some bundled packages call. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** The calls of one healthy tick of `functions/mark-late-runs.ts`, in order. Its packages must be installed. */
export async function recordTick(checkout: string): Promise<readonly Call[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-way-'));
  try {
    const bundle = join(directory, 'stage.mjs');
    await bundleStage(await realpath(checkout), bundle);
    return await runStage(bundle, join(directory, 'data'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundleStage(checkout: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents: await readFile(STAGE, 'utf8'), sourcefile: STAGE, resolveDir: checkout, loader: 'ts' },
    absWorkingDir: checkout,
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    banner: { js: REQUIRE },
    logLevel: 'silent',
    plugins: [marking(checkout)],
  });
}

function marking(checkout: string): Plugin {
  const installed = createRequire(join(checkout, 'package.json'));
  const lib = join(checkout, 'lib') + sep;
  return {
    name: 'way',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: NOT_BUNDLED }, ({ path }) => ({
        path: pathToFileURL(installed.resolve(path)).href,
        external: true,
      }));
      onResolve({ filter: /^\.\.\/\.\.\// }, ({ path, importer }) =>
        importer === STAGE ? { path: join(checkout, path.slice(FROM_STAGE.length)) } : undefined,
      );
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(lib)) return undefined;
        const file = relative(checkout, path).replaceAll(sep, '/');
        // A bundle lies elsewhere: who asks where his file is must hear where it was.
        const define = { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) };
        const text = await readFile(path, 'utf8');
        const { code } = await transform(instrumented(file, text), {
          loader: 'ts',
          sourcefile: file,
          define,
          target: 'node20',
        });
        return { contents: code, loader: 'js' };
      });
    },
  };
}

async function runStage(bundle: string, directory: string): Promise<readonly Call[]> {
  const workerData: StageData = { directory };
  const worker = new Worker(bundle, { workerData, env: environmentIn(directory), stdout: true, stderr: true });
  const exited = once(worker, 'exit');
  try {
    const [result] = (await Promise.race([once(worker, 'message'), exited.then(nothing)])) as [StageResult];
    return result.calls;
  } finally {
    await exited.catch(() => {});
  }
}

function nothing(): never {
  throw new Error('the worker ended without a result');
}

/** Nothing of the shell may change the figures, nor what stands in somebody's AWS profile. */
function environmentIn(directory: string): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: join(directory, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'no-credentials'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'INFO',
  };
}
