/**
 * Loads `database-thread.ts` in a worker thread. The loader for TypeScript is registered first, since a worker thread
 * doesn't inherit it.
 */
import { register } from 'tsx/esm/api';

register();
await import('./database-thread.ts');
