/**
 * `npm run runtime`: checks the bundles that a deploy would send under the runtime interface client that Lambda runs
 * them with, and on its Node the tests of what Node itself decides. Ends with 0 if everything held, 1 if not, 3 where
 * the client can't be had; the last line says why.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../support/process.ts';
import { testsHold } from '../support/test-run.ts';
import { isNoRuntimeClient, type RuntimeClient, runtimeClient } from './runtime-client.ts';

/** What is needed is not to be had on this machine. */
const UNAVAILABLE = 3;
/** Tests of what differs between versions of Node: what it throws when the other side fails, and how it connects. */
const NODES_OWN = ['service/classify', 'service/http', 'run/deadline', 'services/check-endpoints', 'store/away'];

async function holdsOnItsNode({ node }: RuntimeClient): Promise<boolean> {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const tests = NODES_OWN.map((name) => join('test', name));
  const child = spawn(node, [vitest, 'run', ...tests], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'close');
  return code === 0;
}

try {
  const client = await runtimeClient();
  const held = (await testsHold('test/runtime/**/*.runtime.ts')) && (await holdsOnItsNode(client));
  process.exitCode = held ? 0 : 1;
} catch (error) {
  if (!isNoRuntimeClient(error)) throw error;
  console.error(`runtime: the Lambda runtime interface client can't be had: ${error.message}; nothing was checked`);
  process.exitCode = UNAVAILABLE;
}
