/** The part of dynalite (which ships no types) that is used here. */

declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options?: dynalite.Options): Server;
  namespace dynalite {
    interface Options {
      /** Directory of the LevelDB files; in memory without it. */
      path?: string;
      /** How long a table stays in CREATING, in milliseconds. */
      createTableMs?: number;
      deleteTableMs?: number;
      updateTableMs?: number;
    }
  }
  export = dynalite;
}

declare module 'dynalite/db/index.js' {
  import type { Options } from 'dynalite';

  namespace levels {
    /** The store below the server. */
    interface Store {
      readonly db: { open(): Promise<void>; close(): Promise<void> };
    }
  }
  const levels: { create(options: Options): levels.Store };
  export = levels;
}
