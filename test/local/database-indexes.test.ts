/** An index and its items never part, however the process ends that serves them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import levels from 'dynalite/db/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { dynamoFlowRunStore, type FlowRunStore, flowRunsTable } from '../../lib/flow-runs/index.ts';
import { type Embedded, serveEmbedded } from '../../lib/local/database/embedded.ts';
import { ensureTable } from '../../lib/local/index.ts';
import { LATE_STATE, START, waitingRun } from '../flow-runs/runs.ts';

/** LevelDB as the test damages it. */
interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown, callback?: unknown): Promise<void>;
  del(key: string): Promise<void>;
  keys(): { all(): Promise<string[]> };
}

const TABLE = 'flow-runs';
const INDEX = `index-global~${TABLE}~waiting~`;
const ITEM = `item-${TABLE}~`;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tickover-indexes-'));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** In this thread, where a test can hold the database's own writes back. */
async function open(directory: string): Promise<{ database: Embedded; store: FlowRunStore }> {
  const served = await serveEmbedded({ path: join(directory, 'dynamodb'), port: 0, identity: 'test' });
  if (served === undefined) throw new Error(`${directory}: another process holds it`);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= served.close();
    return closed;
  };
  const database = { endpoint: served.endpoint, close };
  endings.push(close);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
  endings.push(() => client.destroy());
  await ensureTable(client, flowRunsTable(TABLE));
  return { database, store: dynamoFlowRunStore(client, TABLE) };
}

/** Works on the files themselves, as a process leaves them that is killed. */
async function onFiles(directory: string, work: (db: Level) => Promise<void>): Promise<void> {
  const db = levels.create({ path: join(directory, 'dynamodb') }).db as unknown as Level;
  await db.open();
  await work(db);
  await db.close();
}

async function dueIds(store: FlowRunStore): Promise<string[]> {
  const { runs } = await store.due({ cutoff: START + 99, limit: 100 });
  return runs.map(({ id }) => id);
}

describe('Files that were not closed in order', () => {
  test('get their indexes anew: an item that is missing there comes back, and one that is not so goes', async () => {
    const directory = newDirectory();
    const { database, store } = await open(directory);
    for (const [index, id] of ['a', 'b', 'c'].entries()) await store.put(waitingRun(id, START + index));
    await database.close();
    await onFiles(directory, async (db) => {
      const keys = await db.keys().all();
      const [ofA = ''] = keys.filter((key) => key.startsWith(INDEX));
      const items = keys.filter((key) => key.startsWith(ITEM));
      const values = await Promise.all(items.map((key) => db.get(key) as Promise<{ id: { S: string } }>));
      // As if a transition of `a` and a put of `c` had been cut in two.
      await db.del(ofA);
      await db.del(items[values.findIndex(({ id }) => id.S === 'c')] ?? '');
      await db.del('tickover~closed');
    });

    const reopened = await open(directory);

    expect(await dueIds(reopened.store)).toEqual(['a', 'b']);
    const [first] = (await reopened.store.due({ cutoff: START, limit: 1 })).runs;
    expect(first).toEqual(waitingRun('a', START));
  });

  test('are not those that were closed with nothing under way: their indexes are left as they are', async () => {
    const directory = newDirectory();
    const { database, store } = await open(directory);
    await store.put(waitingRun('a'));
    await database.close();
    await onFiles(directory, async (db) => {
      const [ofA = ''] = (await db.keys().all()).filter((key) => key.startsWith(INDEX));
      await db.del(ofA);
    });

    const reopened = await open(directory);

    expect(await dueIds(reopened.store)).toEqual([]);
  });
});

describe('A write whose client goes away', () => {
  test('is written to its end before the files are closed', async () => {
    const directory = newDirectory();
    let begun = () => {};
    const writing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { create } = levels;
    let database: Embedded;
    let store: FlowRunStore;
    let slow = false;
    levels.create = (options) => {
      const made = create(options);
      const db = made.db as unknown as Level;
      const put = db.put.bind(db);
      db.put = async (key, value, callback) => {
        if (slow && key.startsWith(ITEM)) {
          begun();
          await held;
        }
        return put(key, value, callback);
      };
      return made;
    };
    try {
      ({ database, store } = await open(directory));
    } finally {
      levels.create = create;
    }
    await store.put(waitingRun('a'));
    slow = true;
    const over = new AbortController();
    const left = store.transition(waitingRun('a'), LATE_STATE, over.signal);
    left.catch(() => {});
    await writing;

    over.abort(new Error('the time is up'));
    await expect(left).rejects.toThrow('the time is up');
    const closing = database.close();
    await new Promise((resolve) => setImmediate(resolve));
    goOn();
    await closing;

    const reopened = await open(directory);
    expect((await reopened.store.get('a'))?.state).toEqual(LATE_STATE);
    expect(await dueIds(reopened.store)).toEqual([]);
  });
});
