/** The part of dynalite (which ships no types) that is used here. */

declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** Directory of the LevelDB files; in memory without it. */
    path?: string;
    /** How long a table stays in CREATING, in milliseconds. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }

  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}

declare module 'dynalite/db/index.js' {
  /** What lies below the server. */
  export interface Store {
    readonly db: { open(): Promise<void>; close(): Promise<void> };
  }

  const db: { create(options: import('dynalite').DynaliteOptions): Store };
  export = db;
}
