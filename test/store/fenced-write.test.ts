/** Writes of a run to a table of the user's own: an older run is refused. */
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeaseLostError, type RunContext } from '../../lib/service/index.ts';
import { fencedPut, fencedUpdate } from '../../lib/store/fenced-write.ts';
import { TABLE } from '../support/dynalite.ts';
import { DUE, MINUTE, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();
const TableName = `${TABLE}-totals`;
beforeAll(async () => {
  await database.documents.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
});
afterAll(() => database.documents.send(new DeleteTableCommand({ TableName })));

const stored = async (id: string) =>
  (await database.documents.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }))).Item;
const put = (Item: Record<string, unknown>) => database.documents.send(new PutCommand({ TableName, Item }));

/** Sets the amount of an item as the run of this number. */
const setAmount = (fence: number, id: string, amount: number) =>
  database.documents.send(
    new UpdateCommand(
      fencedUpdate(
        { fence },
        {
          TableName,
          Key: { id },
          UpdateExpression: 'SET amount = :amount REMOVE draft',
          ExpressionAttributeValues: { ':amount': amount },
        },
      ),
    ),
  );
const REFUSED = { name: 'ConditionalCheckFailedException' };

describe('a fenced update', () => {
  it('creates an item, and a later run and the same one again change it', async () => {
    await setAmount(3, 'grows', 1);
    expect(await stored('grows')).toEqual({ id: 'grows', amount: 1, fence: 3 });
    await setAmount(3, 'grows', 2);
    await setAmount(7, 'grows', 3);
    expect(await stored('grows')).toEqual({ id: 'grows', amount: 3, fence: 7 });
  });

  it('of an older run is refused, and the item stays', async () => {
    await setAmount(7, 'newer', 1);

    await expect(setAmount(6, 'newer', 2)).rejects.toMatchObject(REFUSED);

    expect(await stored('newer')).toEqual({ id: 'newer', amount: 1, fence: 7 });
  });

  it('takes an item that no run has written yet', async () => {
    await put({ id: 'old', amount: 1, draft: true });
    await setAmount(1, 'old', 2);
    expect(await stored('old')).toEqual({ id: 'old', amount: 2, fence: 1 });
  });

  it('keeps the condition of the request beside its own, even one with OR', async () => {
    await put({ id: 'guarded', amount: 1, fence: 9 });
    const amountIs = (fence: number, ...amounts: readonly [number, number]) =>
      database.documents.send(
        new UpdateCommand(
          fencedUpdate(
            { fence },
            {
              TableName,
              Key: { id: 'guarded' },
              UpdateExpression: 'ADD #count :one',
              ConditionExpression: 'amount = :a OR amount = :b',
              ExpressionAttributeNames: { '#count': 'count' },
              ExpressionAttributeValues: { ':one': 1, ':a': amounts[0], ':b': amounts[1] },
            },
          ),
        ),
      );

    await expect(amountIs(8, 1, 2)).rejects.toMatchObject(REFUSED);
    await expect(amountIs(10, 2, 3)).rejects.toMatchObject(REFUSED);
    await amountIs(10, 3, 1);

    expect(await stored('guarded')).toEqual({ id: 'guarded', amount: 1, fence: 10, count: 1 });
  });

  it.each([
    ['nothing at all', {}, { id: 'any', fence: 4 }],
    ['a clause before SET', { UpdateExpression: 'REMOVE #set SET amount=:n' }, { id: 'any', fence: 4, amount: 5 }],
    ['SET in lower case', { UpdateExpression: 'set amount = :n' }, { id: 'any', fence: 4, amount: 5 }],
    ['SET on a line of its own', { UpdateExpression: '\n  SET\n    amount = :n,\n    #set = :n\n' }, undefined],
    ['only other clauses', { UpdateExpression: 'ADD #set :n' }, { id: 'any', fence: 4, set: 5 }],
  ])('fits a request with %s', async (_what, request, expected) => {
    const text = 'UpdateExpression' in request ? request.UpdateExpression : '';
    await database.documents.send(new DeleteCommand({ TableName, Key: { id: 'any' } }));
    const names = text.includes('#set') ? { ExpressionAttributeNames: { '#set': 'set' } } : {};
    const values = text.includes(':n') ? { ExpressionAttributeValues: { ':n': 5 } } : {};

    await database.documents.send(
      new UpdateCommand(fencedUpdate({ fence: 4 }, { TableName, Key: { id: 'any' }, ...request, ...names, ...values })),
    );

    expect(await stored('any')).toEqual(expected ?? { id: 'any', fence: 4, amount: 5, set: 5 });
  });

  it('keeps the number in the attribute that is named', async () => {
    const update = (fence: number) =>
      database.documents.send(
        new UpdateCommand(fencedUpdate({ fence }, { TableName, Key: { id: 'named' } }, { attribute: 'written.by' })),
      );
    await update(2);
    expect(await stored('named')).toEqual({ id: 'named', 'written.by': 2 });
    await expect(update(1)).rejects.toMatchObject(REFUSED);
  });

  it('changes nothing in the request that it is given', () => {
    const request = Object.freeze({
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: Object.freeze({ ':a': 1 }),
    });
    expect(fencedUpdate({ fence: 1 }, request)).toEqual({
      UpdateExpression: 'SET #tickoverFence = :tickoverFence, a = :a',
      ConditionExpression: '(attribute_not_exists(#tickoverFence) OR #tickoverFence <= :tickoverFence)',
      ExpressionAttributeNames: { '#tickoverFence': 'fence' },
      ExpressionAttributeValues: { ':a': 1, ':tickoverFence': 1 },
    });
  });

  it.each([
    ['fence: expected the number of a run', { fence: 1.5 }, {}, {}],
    ['fence: expected the number of a run', { fence: undefined as never }, {}, {}],
    ['attribute: expected the name of an attribute', { fence: 1 }, {}, { attribute: '' }],
    [
      'request: expected other aliases than #tickoverFence and :tickoverFence',
      { fence: 1 },
      { ExpressionAttributeNames: { '#tickoverFence': 'other' } },
      {},
    ],
  ])('refuses what it cannot fence: %s', (fault, run, request, options) => {
    expect(() => fencedUpdate(run, request, options)).toThrow(new TypeError(`fenced write: ${fault}`));
  });
});

describe('a fenced put', () => {
  const replace = (fence: number, amount: number) =>
    database.documents.send(new PutCommand(fencedPut({ fence }, { TableName, Item: { id: 'whole', amount } })));

  it('replaces the item unless a later run has written it', async () => {
    await replace(5, 1);
    await replace(5, 2);
    await replace(6, 3);
    await expect(replace(5, 4)).rejects.toMatchObject(REFUSED);

    expect(await stored('whole')).toEqual({ id: 'whole', amount: 3, fence: 6 });
  });
});

it('A run that was overtaken can no longer write, as docs/fenced-writes.md shows it', async () => {
  const here = world({ store: database.connect().store });
  const failures: unknown[] = [];
  const write = async (context: RunContext<undefined>, amount: number) => {
    try {
      await setAmount(context.fence, 'overtaken', amount);
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') await context.assertOwned();
      throw error;
    }
  };
  const next = here.service({ name: 'writer', workload: (context) => write(context, 2) });
  const slow = here.service({
    name: 'writer',
    workload: async (context) => {
      await setAmount(context.fence, 'overtaken', 1);
      // The process is frozen for longer than the lease lasts, and another one takes over meanwhile.
      await frozenUntil(DUE + 2 * MINUTE, () => here.deliver(next, DUE + 2 * MINUTE));
      await write(context, 3).catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
    },
  });
  const { now, sleep } = here.clock;
  async function frozenUntil(instant: number, meanwhile: () => Promise<unknown>): Promise<void> {
    Object.assign(here.clock, { now: () => instant, sleep: () => new Promise(() => {}) });
    await meanwhile();
    Object.assign(here.clock, { now, sleep });
  }

  await expect(here.deliver(slow, DUE)).rejects.toThrow('run 1 outlived its lease');

  expect(failures).toEqual([expect.any(LeaseLostError)]);
  expect(await stored('overtaken')).toEqual({ id: 'overtaken', amount: 2, fence: 2 });
});
