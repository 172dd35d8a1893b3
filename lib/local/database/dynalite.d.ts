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
      readonly db: { open(): Promise<void>; close(): Promise<void> } & Record<
        'get' | 'put' | 'del' | 'batch',
        (...args: unknown[]) => unknown
      >;
    }
  }
  namespace levels {
    interface Index {
      readonly IndexName: string;
    }
    /** A table as it is stored. */
    interface Table {
      readonly TableName: string;
      readonly LocalSecondaryIndexes?: readonly Index[];
      readonly GlobalSecondaryIndexes?: readonly Index[];
    }
    interface IndexActions {
      readonly puts: readonly { readonly index: string; readonly key: string; readonly item: unknown }[];
    }
  }
  const levels: {
    create(options: Options): levels.Store;
    /** The entries of the indexes for an item that replaces another one. */
    getIndexActions(
      indexes: readonly levels.Index[],
      existing: undefined,
      item: unknown,
      table: levels.Table,
    ): levels.IndexActions;
  };
  export = levels;
}
