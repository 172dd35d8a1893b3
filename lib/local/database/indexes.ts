/**
 * Repairs the indexes of the tables in the embedded DynamoDB. Dynalite writes the index entry of an item before the
 * item itself. If the process is killed in between, the index lacks an entry or has a wrong one, and dynalite never
 * corrects it. So all indexes are written again when the store is opened and was not closed properly before.
 */
import levels from 'dynalite/db/index.js';

/** The part of the LevelDB interface that this file uses. */
interface Level {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  del(key: string): Promise<void>;
  batch(operations: readonly Operation[]): Promise<void>;
  iterator(range: { readonly gte: string; readonly lt: string }): AsyncIterable<readonly [string, unknown]>;
}

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

/**
 * The key that `markClosed` writes when the store is closed properly, and `mendIndexes` deletes when it is opened. If
 * it is missing at the opening, the process was killed.
 */
const CLOSED = 'tickover~closed';
const AT_ONCE = 500;

/**
 * Writes all indexes again if the store was not closed properly. Call it after the store is opened and before a request
 * is served.
 */
export async function mendIndexes(store: levels.Store): Promise<void> {
  const db = store.db as unknown as Level;
  const wasClosed = (await db.get(CLOSED)) !== undefined;
  await db.del(CLOSED);
  if (wasClosed) return;
  for await (const [, table] of db.iterator(below('table'))) await mendTable(db, table as levels.Table);
}

/** Marks the store as closed properly. Call it after the last write, before the store is closed. */
export async function markClosed(store: levels.Store): Promise<void> {
  await (store.db as unknown as Level).put(CLOSED, true);
}

async function mendTable(db: Level, table: levels.Table): Promise<void> {
  const { LocalSecondaryIndexes: local = [], GlobalSecondaryIndexes: global = [] } = table;
  for (const [kind, indexes] of [['local', local] as const, ['global', global] as const]) {
    if (indexes.length === 0) continue;
    const prefixOf = (index: string) => `index-${kind}~${table.TableName}~${index}`;
    for (const { IndexName } of indexes) await clear(db, prefixOf(IndexName));
    await fill(db, table, (item) =>
      levels
        .getIndexActions(indexes, undefined, item, table)
        .puts.map((put) => ({ type: 'put', key: `${prefixOf(put.index)}~${put.key}`, value: put.item })),
    );
  }
}

async function clear(db: Level, name: string): Promise<void> {
  await eachAtOnce(db, name, ([key]) => [{ type: 'del', key }]);
}

async function fill(db: Level, { TableName }: levels.Table, entriesOf: (item: unknown) => Operation[]): Promise<void> {
  await eachAtOnce(db, `item-${TableName}`, ([, item]) => entriesOf(item));
}

async function eachAtOnce(
  db: Level,
  name: string,
  operationsOf: (entry: readonly [string, unknown]) => Operation[],
): Promise<void> {
  let waiting: Operation[] = [];
  for await (const entry of db.iterator(below(name))) {
    waiting.push(...operationsOf(entry));
    if (waiting.length < AT_ONCE) continue;
    await db.batch(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await db.batch(waiting);
}

/**
 * The range of all keys that begin with `name` and `~`, which dynalite puts between the parts of a key. In ASCII,
 * `\x7f` follows `~`.
 */
function below(name: string): { readonly gte: string; readonly lt: string } {
  return { gte: `${name}~`, lt: `${name}\x7f` };
}
