/** The database of a test file. */
import { afterAll, beforeAll } from 'vitest';
import { type Connection, type TestDatabase, testDatabase } from './dynalite.ts';

/** A database, and a client on it. Both are there from the first test on, and in hooks that come behind. */
export interface UsedDatabase extends Connection, Pick<TestDatabase, 'endpoint' | 'connect'> {}

/**
 * Has a database with the state table up before the first test of the calling file, or `describe`, and gone after the
 * last.
 */
export function useDatabase(): UsedDatabase {
  let database: TestDatabase | undefined;
  let connection: Connection | undefined;
  beforeAll(async () => {
    database = await testDatabase();
    connection = database.connect();
  });
  afterAll(() => database?.close());
  const up = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('the database is not up before the first test');
    return thing;
  };
  return {
    get endpoint() {
      return up(database).endpoint;
    },
    connect: (endpoint) => up(database).connect(endpoint),
    get table() {
      return up(connection).table;
    },
    get documents() {
      return up(connection).documents;
    },
    get store() {
      return up(connection).store;
    },
    get calls() {
      return up(connection).calls;
    },
    get attempts() {
      return up(connection).attempts;
    },
  };
}
