/** The command that repairs a state, in a process of its own, on a database over the wire. */
import { spawn } from 'node:child_process';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DUE, damages } from '../faults/state/damages.ts';
import { asked, putDamaged, stored } from '../faults/state/striking.ts';
import { TABLE } from '../support/dynalite.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

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
  const printed = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    printed.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    printed.err += text.toString();
  });
  const lines = (text: string) => text.split('\n').filter(Boolean);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out: lines(printed.out), err: lines(printed.err) }));
  });
}

async function damaged(service: string, attribute: string, kind: string) {
  const damage = damages().find((one) => one.attribute === attribute && one.kind === kind);
  if (damage === undefined) throw new Error(`expected to know ${attribute} ${kind}`);
  return putDamaged(database, service, damage);
}

async function keptItems(service: string) {
  const { Items = [] } = await database.documents.send(
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
  it('shows the difference, and changes nothing without being asked to', async () => {
    const item = await damaged('shown', 'record', 'garbage');

    const { code, out, err } = await repair('shown');

    expect(out).toEqual([
      'shown: its state is damaged:',
      '  record: expected up to 64 of 0 and 1, got "ÿ{\\"a\\":"',
      'A repair keeps this item for 30 days, as REPAIR#<time>, and writes a fresh one in its place, paused:',
      '  v: 1',
      '  fence: 1041',
      '  done: 1041',
      '  epoch: 3',
      '  failuresSince: 1041',
      '  lastTick: 1760000340000 (2025-10-09T08:59:00.000Z)',
      '  cursor: "here"',
      expect.stringMatching(/^ {2}pauseAt: \d+ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/),
      '  pauseReason: "repaired: check the service, then resume it"',
      '  pauseBy: "repair"',
      'Track record, streak, halt, backoff and run history start empty. No run is counted as crashed.',
    ]);
    expect(err).toEqual(['shown: nothing was changed; --yes repairs it']);
    expect(code).toBe(1);
    expect(await stored(database, 'shown')).toEqual(item);
    expect(await keptItems('shown')).toEqual([]);
  });

  it('mends with --yes, keeps the item as it was, and the next tick runs once the service is resumed', async () => {
    const item = await damaged('mended', 'record', 'M');
    await expect(database.store.acquire(asked('mended'))).rejects.toMatchObject({ code: 'state-damaged' });

    const { code, out } = await repair('mended', '--yes');

    expect(out.at(-1)).toBe(
      'mended: repaired and paused; check the service, then resume it: npx tickover invoke mended resume (on AWS: invoke its function with {"action":"resume"})',
    );
    expect(code).toBe(0);
    expect(await stored(database, 'mended')).toEqual({
      pk: 'mended',
      sk: 'STATE',
      v: 1,
      fence: 1_042,
      done: 1_042,
      epoch: 3,
      failuresSince: 1_042,
      lastTick: DUE - 60_000,
      cursor: 'here',
      pauseAt: expect.any(Number),
      pauseReason: 'repaired: check the service, then resume it',
      pauseBy: 'repair',
      mood: item['mood'],
    });
    const [kept] = await keptItems('mended');
    expect(kept).toMatchObject({
      sk: expect.stringMatching(/^REPAIR#\d{4}-\d\d-\d\dT/),
      expiresAtSeconds: expect.any(Number),
    });
    expect(kept?.['item']).toEqual({ ...item, fence: 42, done: 42 });
    expect(await database.store.acquire(asked('mended'))).toMatchObject({ granted: false, reason: 'paused' });
    await database.store.resume('mended');
    expect(await database.store.acquire(asked('mended', { owner: 'next' }))).toMatchObject({
      granted: true,
      claim: { fence: 1_043, epoch: 4 },
      state: { trackRecord: [], streak: 0, backoffCount: 0, cursor: 'here' },
    });
  });

  it('prints everything as JSON when asked', async () => {
    await damaged('json', 'lastTick', 'the year 2100');

    const { code, out } = await repair('json', '--json', '--yes');

    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      service: 'json',
      repaired: true,
      damage: [
        {
          attribute: 'lastTick',
          fault: expect.stringMatching(/^expected at most an hour after now .*got 4102444800000$/),
        },
      ],
      fresh: { fence: '1041', epoch: '3', cursor: '"here"', lastTick: expect.stringMatching(/^\d+ \(\d{4}-.*Z\)$/) },
    });
  });

  it('leaves a sound state, one of a newer version and one that is not there alone', async () => {
    await damaged('sound', 'cursor', 'missing');
    await damaged('newer', 'v', 'missing');
    const newer = { ...(await stored(database, 'newer')), v: 7, record: { of: 'another kind' } };
    await putDamaged(database, 'newer', { attribute: 'v', kind: 'newer', value: 7, harmless: false });

    const [valid, ahead, missing] = await Promise.all([
      repair('sound', '--yes'),
      repair('newer', '--yes'),
      repair('unheard-of', '--yes'),
    ]);

    expect(valid).toEqual({ code: 0, out: ['sound: its state is sound; there is nothing to repair'], err: [] });
    expect(ahead.code).toBe(1);
    expect(ahead.err.join()).toContain('newer: its state is of version 7, this code knows 1');
    expect((await stored(database, 'newer'))['v']).toBe(newer.v);
    expect(missing).toEqual({
      code: 1,
      out: [],
      err: ['repair: unheard-of: nothing is stored for it; there is nothing to repair'],
    });
  });

  it('names the table that is missing', async () => {
    const { code, err } = await repair('any', '--table', 'elsewhere');

    expect(code).toBe(1);
    expect(err).toEqual([`repair: ${database.endpoint}: there is no table elsewhere; name the state table by --table`]);
  });
});

describe('A run under way when the state is repaired', () => {
  it('is refused at its commit and its release, and changes nothing of the repaired state', async () => {
    const service = 'under-way';
    const leaseUntil = Date.now() + 600_000;
    const answer = await database.store.acquire(asked(service, { leaseUntil }));
    if (!answer.granted) throw new Error('expected the lease to be granted');
    const { granted: _granted, ...held } = answer;
    const item = { ...(await stored(database, service)), record: 5 };
    await database.documents.send(new PutCommand({ TableName: TABLE, Item: item }));

    const { code, out } = await repair(service, '--yes');
    const repaired = await stored(database, service);
    const committed = await database.store.commit(held.claim, { ...held.state, streak: 1 });
    await database.store.release(held.claim);

    expect(code).toBe(0);
    const end = new Date(leaseUntil).toISOString();
    expect(out).toContain(`A run may be under way until ${end}: its end will not be written.`);
    expect(out.at(-1)).toContain(`resume it after ${end}, when no earlier run can be under way: npx tickover invoke`);
    expect(committed).toEqual({ written: false, reason: 'fence' });
    expect(await stored(database, service)).toEqual(repaired);
    expect(repaired).toMatchObject({ fence: 1_001, done: 1_001, lastTick: DUE, pauseBy: 'repair' });
  });
});
