/** Loads the database's thread: a thread doesn't inherit the loader for TypeScript. */
import { register } from 'tsx/esm/api';

register();
await import('./database-thread.ts');
