import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFunction } from '../../lib/local/functions/bundle.ts';
import { environmentOf } from '../../lib/local/functions/environment.ts';
import { hostFunction } from '../../lib/local/functions/function-host.ts';
import { systemClock } from '../../lib/time/index.ts';
import { deployed } from '../runtime/deployed.ts';
import { testDatabase } from '../support/dynalite.ts';
import { removeOutputs } from '../support/stack-kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { commonjs } from './fixtures/commonjs.ts';

const database = useDatabase();
const FIXTURE = fileURLToPath(new URL('./fixtures/commonjs.ts', import.meta.url));
const entry = {
  service: commonjs,
  source: { entry: FIXTURE },
};
const promised = (directory: string) => ({
  directory,
  file: expect.stringMatching(/\.mjs$/),
  isItsDirectory: true,
  sameAsAnother: true,
  loads: 'function',
  resolves: 'node:fs',
  missing: 'MODULE_NOT_FOUND',
  isMain: false,
  ownRequire: 'function',
  own: [directory, expect.stringMatching(/\.mjs$/)],
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-commonjs-'));
  await testDatabase(database.endpoint, 'commonjs').then(({ close }) => close());
});
afterAll(async () => {
  removeOutputs();
  await rm(directory, { recursive: true, force: true });
});

describe('a bundle with a CommonJS dependency, of a service that has names of its own for require and __dirname', () => {
  const env = () =>
    environmentOf(
      { endpoint: database.endpoint, embedded: false, shared: false },
      { ...process.env, TICKOVER_TABLE: 'commonjs' },
    );

  test('gives it on one machine what CommonJS promises: the file and directory of the bundle, and require', async () => {
    const bundle = await bundleFunction(entry, directory);
    const host = hostFunction({ service: commonjs, bundle, env: env(), clock: systemClock, onLine: () => {} });
    try {
      expect(await host.invoke({ action: 'run-once' })).toMatchObject({ result: promised(dirname(bundle.file)) });
    } finally {
      await host.end();
    }
  });

  test('gives it the same where it is deployed', async () => {
    const [made] = deployed([{ service: commonjs, functionFile: FIXTURE }]).functions;
    const file = join(made?.directory ?? '', 'index.mjs');
    const host = hostFunction({
      service: commonjs,
      bundle: { service: commonjs, build: 'deployed', file: await served(file) },
      env: { ...env(), TICKOVER_SLACK_SECONDS: '0' },
      clock: systemClock,
      onLine: () => {},
    });
    try {
      expect(await host.invoke({ action: 'run-once' })).toMatchObject({ result: promised(dirname(file)) });
    } finally {
      await host.end();
    }
  });
});

/** A file that serves the handler of a deployed bundle as this machine serves its own. */
async function served(file: string): Promise<string> {
  const { build } = await import('esbuild');
  const worker = fileURLToPath(new URL('../../lib/local/functions/worker.ts', import.meta.url));
  const outfile = join(directory, 'served.mjs');
  const contents = `import { handler } from ${JSON.stringify(pathToFileURL(file).href)}; import { serve } from ${JSON.stringify(worker)}; serve(handler);`;
  await build({
    stdin: { contents, resolveDir: directory },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['file:*'],
    logLevel: 'silent',
  });
  return outfile;
}
