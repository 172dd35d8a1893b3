/** The command that repairs a state, in a process of its own, on a database over the wire. */
import { spawn } from 'node:child_process';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DUE, damages } from '../faults/state/damages.ts';
import { asked, putDamaged, stored } from '../faults/state/striking.ts';
import { type Connection, TABLE, type TestDatabase, testDatabase } from '../support/dynalite.ts';

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await testDatabase();
  connection = database.connect();
});
afterAll(() => database.close());

interface Ended {
  readonly code: number | null;
  readonly out: string[];
  readonly err: string[];
}

/** The command, with nothing of AWS in its environment and no terminal. */
function repair(...words: string[]): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const args = ['--import', 'tsx', 'lib/cli/repair.ts', '--endpoint', database.endpoint, '--table', TABLE, ...words];
  const child = spawn(process.execPath, args, { env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    said.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    said.err += text.toString();
  });
  const lines = (text: string) => text.split('\n').filter(Boolean);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out: lines(said.out), err: lines(said.err) }));
  });
}

async function damaged(service: string, attribute: string, kind: string) {
  const damage = damages().find((one) => one.attribute === attribute && one.kind === kind);
  if (damage === undefined) throw new Error(`expected to know ${attribute} ${kind}`);
  return putDamaged(connection, service, damage);
}

async function keptItems(service: string) {
  const { Items = [] } = await connection.documents.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :service AND begins_with(sk, :kept)',
      ExpressionAttributeValues: { ':service': service, ':kept': 'REPAIR#' },
    }),
  );
  return Items;
}

// Each starts a process or three of its own.
describe('npm run repair', () => {
  it('shows the difference, and without being told to changes nothing', async () => {
    const item = await damaged('shown', 'record', 'garbage');

    const { code, out, err } = await repair('shown');

    expect(out).toEqual([
      'shown: its state is damaged; this would mend it:',
      '  record: "ÿ{\\"a\\":" -> none',
      '    because record: expected up to 64 of 0 and 1, got "ÿ{\\"a\\":"',
      '  epoch: 2 -> 3',
      '    because it rises, so that a run under way takes notice of the repair',
    ]);
    expect(err).toEqual(['shown: nothing was changed; --yes mends it']);
    expect(code).toBe(1);
    expect(await stored(connection, 'shown')).toEqual(item);
    expect(await keptItems('shown')).toEqual([]);
  });

  it('mends with --yes, keeps the item as it was, and the next tick runs', async () => {
    const item = await damaged('mended', 'record', 'M');
    await expect(connection.store.acquire(asked('mended'))).rejects.toMatchObject({ code: 'state-damaged' });

    const { code, out } = await repair('mended', '--yes');

    expect(out.at(-1)).toBe('mended: mended; its next tick runs unless it is paused, halted or under a lease');
    expect(code).toBe(0);
    const { record: _record, ...others } = item;
    expect(await stored(connection, 'mended')).toEqual({ ...others, epoch: 3, fence: 42, done: 42 });
    const [kept] = await keptItems('mended');
    expect(kept).toMatchObject({
      sk: expect.stringMatching(/^REPAIR#\d{4}-\d\d-\d\dT/),
      expiresAtSeconds: expect.any(Number),
    });
    expect(kept?.['item']).toEqual({ ...item, fence: 42, done: 42 });
    expect(await connection.store.acquire(asked('mended', { owner: 'next' }))).toMatchObject({
      granted: true,
      claim: { fence: 43, epoch: 3 },
      state: { record: [], streak: 2, backoffCount: 1, cursor: 'here' },
    });
  });

  it('tells everything as JSON when asked', async () => {
    await damaged('json', 'lastTick', 'the year 2100');

    const { code, out } = await repair('json', '--json', '--yes');

    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      service: 'json',
      repaired: true,
      changes: [
        { attribute: 'lastTick', from: '4102444800000 (2100-01-01T00:00:00.000Z)' },
        { attribute: 'epoch', from: '2', to: '3' },
      ],
    });
  });

  it('leaves a sound state, one of a newer version and one that is not there alone', async () => {
    await damaged('sound', 'cursor', 'missing');
    await damaged('newer', 'v', 'missing');
    const newer = { ...(await stored(connection, 'newer')), v: 7, record: { of: 'another kind' } };
    await putDamaged(connection, 'newer', { attribute: 'v', kind: 'newer', value: 7, harmless: false });

    const [sound, ahead, missing] = await Promise.all([
      repair('sound', '--yes'),
      repair('newer', '--yes'),
      repair('unheard-of', '--yes'),
    ]);

    expect(sound).toEqual({ code: 0, out: ['sound: its state is sound; there is nothing to mend'], err: [] });
    expect(ahead.code).toBe(1);
    expect(ahead.err.join()).toContain('newer: its state is of version 7, this code knows 1');
    expect((await stored(connection, 'newer'))['v']).toBe(newer.v);
    expect(missing).toEqual({
      code: 1,
      out: [],
      err: ['repair: unheard-of: nothing is stored of it; there is nothing to mend'],
    });
  });

  it('says which table is missing', async () => {
    const { code, err } = await repair('any', '--table', 'elsewhere');

    expect(code).toBe(1);
    expect(err).toEqual([`repair: ${database.endpoint}: there is no table elsewhere; name the state table by --table`]);
  });
});

describe('A commit under way when the state is repaired', () => {
  it('is entered into the repaired state, so that nothing of either is lost', async () => {
    const service = 'under-way';
    const answer = await connection.store.acquire(asked(service, { tick: { kind: 'scheduled', scheduledFor: DUE } }));
    if (!answer.granted) throw new Error('expected the lease to be granted');
    const { granted: _granted, ...held } = answer;
    const item = { ...(await stored(connection, service)), record: 5 };
    await connection.documents.send(new PutCommand({ TableName: TABLE, Item: item }));

    expect((await repair(service, '--yes')).code).toBe(0);
    const committed = await connection.store.commit(held.claim, { ...held.state, streak: 1 });

    expect(committed).toMatchObject({ written: false, reason: 'epoch', claim: { epoch: 1 }, state: { fence: 1 } });
  });
});
