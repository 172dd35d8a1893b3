/** Types for the part of dynalite that Tickover uses, since dynalite has no types of its own. */

declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options?: dynalite.Options): Server;
  namespace dynalite {
    interface Options {
      /** The directory of the data files. @default the data is kept in memory */
      path?: string;
      /** How long a new table stays in the status CREATING, in milliseconds. */
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
    /** Returns the index entries to write for `item`. `existing` is the item that it replaces, if there is one. */
    getIndexActions(
      indexes: readonly levels.Index[],
      existing: undefined,
      item: unknown,
      table: levels.Table,
    ): levels.IndexActions;
  };
  export = levels;
}
