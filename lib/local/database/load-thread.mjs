/**
 * Loads `database-thread.js` of the built package in a worker thread, or `database-thread.ts` of a checkout. For the
 * latter, the loader for TypeScript is registered first, since a worker thread doesn't inherit it.
 */
import { existsSync } from 'node:fs';

const built = new URL('./database-thread.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./database-thread.ts');
}
