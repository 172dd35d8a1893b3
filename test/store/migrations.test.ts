/**
 * Old state in new code. What version 1 has stored is kept as samples and must be read for ever. There has been no
 * other version, so the way from one to the next is tried with one made up: streaks are counted from 100, and the
 * cursor has another name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ATTRIBUTES, type Item } from '../../lib/store/item/validate-item.ts';
import { asked, NOW, stored } from '../faults/state/striking.ts';
import { TABLE } from '../support/dynalite.ts';
import { ROOT } from '../support/process.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();
afterEach(() => {
  vi.doUnmock('../../lib/store/item/migrations.ts');
  vi.resetModules();
});

const SAMPLES = join(ROOT, 'test/store/samples');
const samples = readdirSync(SAMPLES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file, JSON.parse(readFileSync(join(SAMPLES, file), 'utf8'))] as const);

describe('A state that version 1 has stored', () => {
  it.each(samples)('is read as what it was: %s', async (_file, { item, state }) => {
    await database.documents.send(new PutItemCommand({ TableName: TABLE, Item: item }));

    expect(await database.store.read(item.pk.S)).toEqual(state);
  });

  it('is kept in samples with every attribute there is', () => {
    const seen = new Set(samples.flatMap(([, { item }]) => Object.keys(item)));

    expect([...seen].toSorted()).toEqual(['pk', 'sk', 'v', ...Object.keys(ATTRIBUTES)].toSorted());
  });
});

/** From version 1 to the one made up. */
function toTwo({ cursor, streak, ...item }: Item): Item {
  return { ...item, ...(cursor === undefined ? {} : { cursor: `two:${cursor}` }), streak: Number(streak ?? 0) + 100 };
}

/** A store as it will be once the made-up version is there, on the same table. */
async function storeOfTwo(more: ((item: Item) => Item)[] = []) {
  vi.resetModules();
  vi.doMock('../../lib/store/item/migrations.ts', () => ({ MIGRATIONS: [toTwo, ...more] }));
  const { dynamoStateStore } = await import('../../lib/store/index.ts');
  return dynamoStateStore(database.documents, TABLE);
}

describe('A state of an older version', () => {
  it('is taken over by the first tick of newer code, with the history that it has', async () => {
    const service = 'taken-over';
    const old = await database.store.acquire(asked(service));
    if (!old.granted) throw new Error('expected the lease to be granted');
    await database.store.commit(old.claim, { ...old.state, streak: 2, cursor: 'here' });
    const store = await storeOfTwo();

    expect(await store.read(service)).toMatchObject({ streak: 102, cursor: 'two:here' });
    expect((await stored(database, service))['v']).toBe(1);
    const answer = await store.acquire(asked(service, { owner: 'newer' }));

    expect(answer).toMatchObject({ granted: true, claim: { fence: 2, epoch: 1 }, state: { streak: 102 } });
    expect(await stored(database, service)).toMatchObject({
      v: 2,
      streak: 102,
      cursor: 'two:here',
      fence: 2,
      done: 1,
    });
  });

  it('goes through every version in between', async () => {
    const service = 'two-steps';
    await database.store.pause(service, { at: NOW, reason: 'r', by: 'b' });
    await database.store.resume(service);
    const store = await storeOfTwo([(item) => ({ ...item, streak: Number(item['streak']) * 10 })]);

    await store.acquire(asked(service));

    expect(await stored(database, service)).toMatchObject({ v: 3, streak: 1_000 });
  });

  it('is left alone while a run of older code holds the lease: newer ticks overlap', async () => {
    const service = 'in-flight';
    const old = await database.store.acquire(asked(service));
    if (!old.granted) throw new Error('expected the lease to be granted');
    const store = await storeOfTwo();

    expect(
      await store.acquire(asked(service, { owner: 'newer', tick: { kind: 'scheduled', scheduledFor: NOW } })),
    ).toMatchObject({ granted: false, reason: 'overlap' });

    expect(await database.store.commit(old.claim, { ...old.state, streak: 1 })).toEqual({ written: true });
    expect(await stored(database, service)).toMatchObject({ v: 1, streak: 1 });
  });

  it('is not written by older code that outlived its lease, once newer code has taken it over', async () => {
    const service = 'outlived';
    const old = await database.store.acquire(asked(service));
    if (!old.granted) throw new Error('expected the lease to be granted');
    const store = await storeOfTwo();
    await store.resume(service);
    const taken = await stored(database, service);

    await expect(database.store.commit(old.claim, { ...old.state, streak: 1 })).rejects.toMatchObject({
      code: 'state-newer',
    });

    expect(await stored(database, service)).toEqual(taken);
    expect(taken).toMatchObject({ v: 2, epoch: 2, fence: 1, done: 0 });
  });

  it('a state once taken over refuses older code, which changes nothing, while newer code goes on', async () => {
    const service = 'alternating';
    await database.store.pause(service, { at: NOW, reason: 'r', by: 'b' });
    const store = await storeOfTwo();
    await store.resume(service);
    const taken = await stored(database, service);

    for (const refused of [
      () => database.store.acquire(asked(service)),
      () => database.store.read(service),
      () => database.store.pause(service, { at: NOW, reason: 'r', by: 'b' }),
      () => database.store.resume(service),
    ]) {
      await expect(refused()).rejects.toMatchObject({
        code: 'state-newer',
        message: expect.stringContaining('its state is of version 2, this code knows 1'),
      });
    }

    expect(await stored(database, service)).toEqual(taken);
    expect(await store.acquire(asked(service))).toMatchObject({ granted: true });
  });

  it('a state that is damaged is refused and not taken over', async () => {
    const service = 'damaged-and-old';
    await database.store.pause(service, { at: NOW, reason: 'r', by: 'b' });
    const item = { ...(await stored(database, service)), record: 'x' };
    const { putItem } = await import('./items.ts');
    await putItem(database, item);
    const store = await storeOfTwo();

    await expect(store.acquire(asked(service))).rejects.toMatchObject({ code: 'state-damaged' });

    expect(await stored(database, service)).toEqual(item);
  });
});
