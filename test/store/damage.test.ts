/**
 * A damaged or newer state refuses to run with an error that says what is wrong, and is never reset or repaired in
 * passing.
 */
import { describe, expect, it } from 'vitest';
import type { ServiceState } from '../../lib/rules/index.ts';
import { UnreadableStateError } from '../../lib/service/index.ts';
import type { Item } from '../../lib/store/item/validate-item.ts';
import type { AcquireRequest } from '../../lib/tick/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { itemOf, putItem, storedItem } from './items.ts';

const database = useDatabase();

const DUE = 1_760_000_400_000;
const WHOLE: ServiceState = {
  fence: 41,
  countedUpTo: 41,
  epoch: 2,
  lastTick: DUE - 60_000,
  lastSuccess: DUE - 60_000,
  notBefore: DUE,
  notBeforeBuild: 'b1',
  halt: { at: DUE - 9, until: DUE - 1, build: 'b1', cause: 'x' },
  pause: { at: DUE - 9, until: DUE - 1, reason: 'r', by: 'ada' },
  lease: { owner: 'theirs', until: DUE - 5, tick: DUE - 60_000 },
  trackRecord: [true, false],
  backoffCount: 1,
  streak: 2,
  failuresAfter: 3,
  runs: [{ outcome: 'failed', at: DUE - 60_000, durationMs: 5, manual: false }],
  cursor: 'here',
};

const DAMAGE: [attribute: string, value: unknown, reported: string][] = [
  ['v', 'one', 'v: expected a whole number, got "one"'],
  ['v', undefined, 'v: expected a version from 1, got undefined'],
  ['v', 0, 'v: expected a version from 1, got 0'],
  ['fence', '41', 'fence: expected a whole number, got "41"'],
  ['fence', undefined, 'fence: expected a whole number, got undefined'],
  ['fence', 41.5, 'fence: expected a whole number, got 41.5'],
  ['fence', 2n ** 60n, 'fence: expected a whole number, got 1152921504606846976'],
  ['done', '41', 'done: expected a whole number, got "41"'],
  ['done', undefined, 'done: expected a whole number, got undefined'],
  ['epoch', true, 'epoch: expected a whole number, got true'],
  ['leaseUntil', 'soon', 'leaseUntil: expected a whole number, got "soon"'],
  ['leaseUntil', undefined, 'leaseUntil: expected a whole number beside leaseOwner, got undefined'],
  ['leaseOwner', 7, 'leaseOwner: expected text, got 7'],
  ['leaseOwner', undefined, 'leaseOwner: expected text beside leaseUntil, got undefined'],
  ['leaseTick', '1', 'leaseTick: expected a whole number, got "1"'],
  ['lastTick', 'x', 'lastTick: expected a whole number, got "x"'],
  ['lastSuccess', [1], 'lastSuccess: expected a whole number, got [1]'],
  ['notBefore', null, 'notBefore: expected a whole number, got null'],
  ['notBeforeBuild', 5, 'notBeforeBuild: expected text, got 5'],
  ['haltAt', {}, 'haltAt: expected a whole number, got {}'],
  ['haltUntil', 'x', 'haltUntil: expected a whole number, got "x"'],
  ['haltBuild', 1, 'haltBuild: expected text, got 1'],
  ['haltCause', 2, 'haltCause: expected text, got 2'],
  ['pauseAt', 'x', 'pauseAt: expected a whole number, got "x"'],
  ['pauseUntil', 'x', 'pauseUntil: expected a whole number, got "x"'],
  ['pauseReason', 3, 'pauseReason: expected text, got 3'],
  ['pauseBy', 4, 'pauseBy: expected text, got 4'],
  ['record', 11, 'record: expected text, got 11'],
  ['record', '1102', 'record: expected up to 64 of 0 and 1, got "1102"'],
  ['record', '0'.repeat(65), `record: expected up to 64 of 0 and 1, got "${'0'.repeat(65)}"`],
  ['backoffCount', '1', 'backoffCount: expected a whole number, got "1"'],
  ['streak', 1.5, 'streak: expected a whole number, got 1.5'],
  ['failuresSince', '1', 'failuresSince: expected a whole number, got "1"'],
  ['runs', 'Sx', 'runs: expected runs separated by a space, got "Sx"'],
  ['runs', 5, 'runs: expected text, got 5'],
  ['cursor', 6, 'cursor: expected text, got 6'],
  ['cursor', [{ of: 2n ** 70n }], 'cursor: expected text, got [{"of":"1180591620717411303424"}]'],
];

let services = 0;

async function damaged(attribute: string, value: unknown): Promise<{ service: string; item: Item }> {
  const service = `damaged-${++services}`;
  const { [attribute]: _valid, ...rest } = itemOf(service, WHOLE);
  const item = value === undefined ? rest : { ...rest, [attribute]: value };
  await putItem(database, item);
  return { service, item: (await storedItem(database, service)) ?? {} };
}

function asked(service: string, over: Partial<AcquireRequest> = {}): AcquireRequest {
  const tick = { kind: 'scheduled', scheduledFor: DUE } as const;
  return { service, tick, now: DUE + 5, build: 'b1', owner: 'ours', leaseUntil: DUE + 50, ...over };
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );
}

function expectDamaged(error: unknown, service: string, reported: string): void {
  expect(error).toBeInstanceOf(UnreadableStateError);
  expect(error).toMatchObject({
    code: 'state-damaged',
    service,
    message: `${service}: its state is damaged: ${reported}; the service does not run until its state is repaired (npx tickover repair ${service})`,
  });
}

/** The item without what a lease that is taken and given back counts up. */
function lasting(item: Item | undefined): Item {
  return Object.fromEntries(Object.entries(item ?? {}).filter(([name]) => !['fence', 'done'].includes(name)));
}

describe('A damaged state', () => {
  it.each(DAMAGE)('refuses the tick and reports it: %s is %o', async (attribute, value, reported) => {
    const { service, item } = await damaged(attribute, value);

    expectDamaged(await errorOf(database.store.acquire(asked(service))), service, reported);

    const after = await storedItem(database, service);
    expect(lasting(after)).toEqual(lasting(item));
    const taken = after?.['fence'] !== item['fence'];
    // Either nothing changed at all, or the lease was taken and given back, which takes this run off those to be
    // counted.
    if (taken) expect(after?.['done']).toBe(42);
    else expect(after).toEqual(item);
  });

  it.each(DAMAGE)('can be neither read nor changed by an operator: %s is %o', async (attribute, value, reported) => {
    const { service, item } = await damaged(attribute, value);
    const { store } = database;

    expectDamaged(await errorOf(store.read(service)), service, reported);
    expectDamaged(await errorOf(store.pause(service, { at: DUE, reason: 'r', by: 'b' })), service, reported);
    expectDamaged(await errorOf(store.resume(service)), service, reported);

    expect(await storedItem(database, service)).toEqual(item);
  });

  it('a state that passes the condition keeps its damage, gives the lease back and leaves no crash to count', async () => {
    const { service } = await damaged('record', 'abc');

    await errorOf(database.store.acquire(asked(service)));

    const after = await storedItem(database, service);
    expect(after).toMatchObject({ fence: 42, done: 42, record: 'abc', streak: 2, cursor: 'here' });
    // A lease that had ended stands there as before.
    expect(after).toMatchObject({ leaseOwner: 'theirs', leaseUntil: DUE - 5, leaseTick: DUE - 60_000 });
    await putItem(database, { ...after, record: '10' });
    const repaired = await database.store.acquire(asked(service, { owner: 'later' }));
    expect(repaired).toMatchObject({ granted: true, claim: { fence: 43 }, state: { fence: 42, countedUpTo: 42 } });
  });

  it('a damaged counter is not healed by being refused', async () => {
    for (const [attribute, value] of [
      ['fence', undefined],
      ['done', undefined],
      ['done', '41'],
    ] as const) {
      const { service, item } = await damaged(attribute, value);
      await errorOf(database.store.acquire(asked(service)));
      await errorOf(database.store.acquire(asked(service, { owner: 'later' })));

      expect(await storedItem(database, service)).toEqual(item);
    }
  });

  it('leaves runs that had died to be counted when the lease on it is given back', async () => {
    const { service, item } = await damaged('record', 'abc');
    await putItem(database, { ...item, done: 38 });

    await errorOf(database.store.acquire(asked(service)));

    expect(await storedItem(database, service)).toMatchObject({ fence: 42, done: 39 });
  });

  it.each(['notBefore', 'haltAt', 'haltUntil', 'lastTick', 'lastSuccess', 'leaseTick', 'pauseUntil'])(
    'a mark of %s is an instant that no date can express',
    async (attribute) => {
      const { service } = await damaged(attribute, 8_640_000_000_000_001);

      expectDamaged(
        await errorOf(database.store.read(service)),
        service,
        `${attribute}: expected epoch milliseconds, got 8640000000000001`,
      );
    },
  );

  it('refuses with the damage also where admission would refuse the tick', async () => {
    const service = 'damaged-and-paused';
    const { pause: _pause, ...unpaused } = WHOLE;
    await putItem(database, { ...itemOf(service, unpaused), pauseAt: DUE, record: '2' });

    const error = await errorOf(database.store.acquire(asked(service)));

    expectDamaged(error, service, 'record: expected up to 64 of 0 and 1, got "2"');
    expect(await storedItem(database, service)).toMatchObject({ fence: 41, done: 41 });
  });

  it('is reported when a refused commit finds it, and changes nothing', async () => {
    const service = 'damaged-meanwhile';
    const { store } = database;
    const answer = await store.acquire(asked(service));
    if (!answer.granted) throw new Error('expected the lease to be granted');
    const damage = { ...(await storedItem(database, service)), epoch: 5, streak: 'x' };
    await putItem(database, damage);

    const error = await errorOf(store.commit(answer.claim, WHOLE));

    expectDamaged(error, service, 'streak: expected a whole number, got "x"');
    expect(await storedItem(database, service)).toEqual(damage);
  });
});

describe('A state of a newer version', () => {
  it('refuses ticks, reading and operators, whatever else it holds, and stays as it is', async () => {
    const service = 'newer';
    const item = { ...itemOf(service, WHOLE), v: 2, fence: 'a word', record: { of: 'another kind' } };
    await putItem(database, item);
    const { store } = database;

    for (const attempt of [
      () => store.acquire(asked(service)),
      () => store.acquire(asked(service, { tick: { kind: 'manual', force: true } })),
      () => store.read(service),
      () => store.pause(service, { at: DUE, reason: 'r', by: 'b' }),
      () => store.resume(service),
    ]) {
      expect(await errorOf(attempt())).toMatchObject({
        name: 'UnreadableStateError',
        code: 'state-newer',
        message:
          'newer: its state is of version 2, this code knows 1; the service does not run until its code is updated',
      });
    }
    expect(await storedItem(database, service)).toEqual(item);
  });

  it('is not written by a run of this version that outlived its lease: whatever made it newer raised its epoch', async () => {
    const { store } = database;
    const answer = await store.acquire(asked('outlived'));
    if (!answer.granted) throw new Error('expected the lease to be granted');
    const item = { ...(await storedItem(database, 'outlived')), v: 2, epoch: 1 };
    await putItem(database, item);

    expect(await errorOf(store.commit(answer.claim, WHOLE))).toMatchObject({ code: 'state-newer' });

    expect(await storedItem(database, 'outlived')).toEqual(item);
  });
});

describe('What is not the state’s fault', () => {
  it('comes as the store’s own error, naming service, operation and consequence', async () => {
    const nowhere = database.connect('http://127.0.0.1:1');

    const error = await errorOf(nowhere.store.acquire(asked('unreachable')));

    expect(error).toMatchObject({ name: 'StoreError', code: 'store-failed', service: 'unreachable' });
    expect(String(error)).toMatch(/^StoreError: unreachable: taking the lease failed \(.+\); the tick did not run$/s);
  });

  it('is not taken for damage where the item does not exist', async () => {
    const answer = database.store.acquire(asked('', {}));

    expect(await errorOf(answer)).toMatchObject({ name: 'StoreError', code: 'store-failed' });
  });
});
