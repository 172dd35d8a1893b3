/**
 * `npm run runtime`: checks the bundles that a deploy would send under the runtime interface client that Lambda runs them with.
 * Ends with 0 if everything held, 1 if not, 3 where the client can't be had; the last line says why.
 */
import { testsHold } from '../support/test-run.ts';
import { NoRuntimeClientError, runtimeClient } from './runtime-client.ts';

/** What is needed is not to be had on this machine. */
const UNAVAILABLE = 3;

try {
  await runtimeClient();
  process.exitCode = (await testsHold({ include: ['test/runtime/**/*.runtime.ts'] })) ? 0 : 1;
} catch (error) {
  if (!(error instanceof NoRuntimeClientError)) throw error;
  console.error(`runtime: the Lambda runtime interface client can't be had: ${error.message}; nothing was checked`);
  process.exitCode = UNAVAILABLE;
}
