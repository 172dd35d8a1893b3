/**
 * Runs `database-thread.ts` in a worker thread. A worker thread doesn't inherit the TypeScript loader, so this file
 * registers it.
 */
import { register } from 'tsx/esm/api';

register();
await import('./database-thread.ts');
