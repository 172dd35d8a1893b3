/**
 * Repairs the indexes of the embedded DynamoDB. The package dynalite writes an item and its index entries separately,
 * so a killed process can leave a wrong index, which dynalite never corrects.
 */
import levels from 'dynalite/db/index.js';

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
 * A key that is stored only while the data files are closed properly. If it is missing when they are opened, the
 * process was killed.
 */
const CLOSED = 'tickover~closed';
const AT_ONCE = 500;

/**
 * Writes all indexes again if the process that used the data files before was killed. Call this before the first
 * request.
 */
export async function mendIndexes(store: levels.Store): Promise<void> {
  const db = store.db as unknown as Level;
  const wasClosed = (await db.get(CLOSED)) !== undefined;
  await db.del(CLOSED);
  if (wasClosed) return;
  for await (const [, table] of db.iterator(below('table'))) await mendTable(db, table as levels.Table);
}

/** Stores the key CLOSED. Call this after the last write, before the data files are closed. */
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

/** The range of the keys that begin with `name~`. In ASCII, `\x7f` follows `~`. */
function below(name: string): { readonly gte: string; readonly lt: string } {
  return { gte: `${name}~`, lt: `${name}\x7f` };
}
