/** The kit for tests of services reaches no code of AWS: a test needs neither its clients nor its constructs. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

test('lib/testing reaches only rooms of Tickover and the package ms', async () => {
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'lib/testing/index.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  const rooms = new Set(inputs.map((file) => file.replace(/^((?:lib|node_modules)\/[^/]+)\/.*/, '$1')));

  expect([...rooms].toSorted()).toEqual([
    'lib/rules',
    'lib/run',
    'lib/service',
    'lib/testing',
    'lib/text',
    'lib/tick',
    'lib/time',
    'node_modules/ms',
  ]);
});
