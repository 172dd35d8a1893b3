/** The simulated DynamoDB is held to the contract of every store's database, and to what DynamoDB refuses. */
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoStateStore } from '../../../lib/store/index.ts';
import { stateStoreContract } from '../../contracts/state-store.contract.ts';
import { documentsOn, SimulatedDynamo } from './simulated-dynamo.ts';

const TABLE = 'simulated';

stateStoreContract('The store on the simulated DynamoDB', async () =>
  dynamoStateStore(documentsOn(new SimulatedDynamo()), TABLE),
);

stateStoreContract('The store on a simulated DynamoDB that keeps the old item to itself', async () =>
  dynamoStateStore(documentsOn(new SimulatedDynamo({ returnsOldItem: false })), TABLE),
);

const KEY = { pk: 'svc', sk: 'STATE' };

describe('The simulated DynamoDB', () => {
  it('answers a read from the past unless it is to be consistent', () => {
    const dynamo = new SimulatedDynamo();
    const wanted = {
      KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :state)',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':pk': 'svc', ':state': 'STATE' },
    };
    const read = (how: { readonly ConsistentRead?: boolean } = {}) => {
      const got = dynamo.apply(new GetCommand({ TableName: TABLE, Key: KEY, ...how }));
      const found = dynamo.apply(new QueryCommand({ TableName: TABLE, ...wanted, ...how }));
      return [(got as { Item?: unknown }).Item, (found as { Items: unknown[] }).Items];
    };
    const put = (fence: number) => dynamo.apply(new PutCommand({ TableName: TABLE, Item: { ...KEY, fence } }));

    put(1);
    expect(read()).toEqual([undefined, []]);
    put(2);
    expect(read()).toEqual([{ ...KEY, fence: 1 }, [{ ...KEY, fence: 1 }]]);
    expect(read({ ConsistentRead: true })).toEqual([{ ...KEY, fence: 2 }, [{ ...KEY, fence: 2 }]]);
  });

  const updated = (dynamo: SimulatedDynamo, over: Record<string, unknown>) => () =>
    dynamo.apply(new UpdateCommand({ TableName: TABLE, Key: KEY, ...over } as never));

  it('refuses an update that refers to an attribute which the item lacks, or adds to what is no number', () => {
    const dynamo = new SimulatedDynamo();
    const raised = {
      UpdateExpression: 'SET #done = #done + :one',
      ExpressionAttributeNames: { '#done': 'done' },
      ExpressionAttributeValues: { ':one': 1 },
    };

    expect(updated(dynamo, raised)).toThrow(expect.objectContaining({ name: 'ValidationException' }));
    dynamo.apply(new PutCommand({ TableName: TABLE, Item: { ...KEY, done: 'three' } }));
    expect(updated(dynamo, raised)).toThrow(expect.objectContaining({ name: 'ValidationException' }));
    expect(dynamo.item('svc', 'STATE')).toEqual({ ...KEY, done: 'three' });
  });

  it('refuses aliases that are not used, not bound or set twice', () => {
    const faulty = [
      {
        UpdateExpression: 'SET #a = :a',
        ExpressionAttributeNames: { '#a': 'a' },
        ExpressionAttributeValues: { ':b': 1 },
      },
      {
        UpdateExpression: 'SET #a = :a',
        ExpressionAttributeNames: { '#a': 'a', '#b': 'b' },
        ExpressionAttributeValues: { ':a': 1 },
      },
      {
        UpdateExpression: 'SET #a = :a REMOVE #a',
        ExpressionAttributeNames: { '#a': 'a' },
        ExpressionAttributeValues: { ':a': 1 },
      },
    ];

    for (const input of faulty) {
      expect(updated(new SimulatedDynamo(), input)).toThrow(expect.objectContaining({ name: 'ValidationException' }));
    }
  });

  it('knows no expression and no option but those that the store writes', () => {
    const adding = {
      UpdateExpression: 'ADD #a :a',
      ExpressionAttributeNames: { '#a': 'a' },
      ExpressionAttributeValues: { ':a': 1 },
    };
    const metered = {
      UpdateExpression: 'REMOVE #a',
      ExpressionAttributeNames: { '#a': 'a' },
      ReturnConsumedCapacity: 'TOTAL',
    };

    expect(updated(new SimulatedDynamo(), adding)).toThrow('not understood: ADD #a :a');
    expect(updated(new SimulatedDynamo(), metered)).toThrow('not simulated: ReturnConsumedCapacity');
  });

  it('takes a missing attribute to differ from everything, and one of another type to be neither less nor more', () => {
    const holds = (condition: string, present: Record<string, unknown>) => {
      const dynamo = new SimulatedDynamo();
      dynamo.apply(new PutCommand({ TableName: TABLE, Item: { ...KEY, ...present } }));
      const input = {
        UpdateExpression: 'SET #x = :x',
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#x': 'x' },
        ExpressionAttributeValues: { ':x': 5 },
      };
      try {
        updated(dynamo, input)();
        return true;
      } catch {
        return false;
      }
    };

    expect(['#x <> :x', '#x = :x', '#x < :x', '#x <= :x'].map((one) => holds(one, {}))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(['#x <> :x', '#x < :x', '#x >= :x'].map((one) => holds(one, { x: '4' }))).toEqual([true, false, false]);
    expect(['#x < :x', '#x <= :x', '#x > :x'].map((one) => holds(one, { x: 10 }))).toEqual([false, false, true]);
  });

  it('gives copies and keeps copies', () => {
    const dynamo = new SimulatedDynamo();
    const item = { ...KEY, failure: { message: 'as it was' } };
    dynamo.apply(new PutCommand({ TableName: TABLE, Item: item }));
    item.failure.message = 'changed by the writer';
    const { Item } = dynamo.apply(new GetCommand({ TableName: TABLE, Key: KEY, ConsistentRead: true })) as {
      Item: typeof item;
    };
    Item.failure.message = 'changed by the reader';

    expect(dynamo.item('svc', 'STATE')).toEqual({ ...KEY, failure: { message: 'as it was' } });
  });

  it('pages a query newest first, and names the key to go on from', () => {
    const dynamo = new SimulatedDynamo();
    for (const sk of ['RUN#1', 'RUN#2', 'RUN#3', 'STATE'])
      dynamo.apply(new PutCommand({ TableName: TABLE, Item: { pk: 'svc', sk } }));
    const page = (start?: Record<string, unknown>) =>
      dynamo.apply(
        new QueryCommand({
          TableName: TABLE,
          KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :run)',
          ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
          ExpressionAttributeValues: { ':pk': 'svc', ':run': 'RUN#' },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: 2,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );

    expect(page()).toEqual({
      Items: [
        { pk: 'svc', sk: 'RUN#3' },
        { pk: 'svc', sk: 'RUN#2' },
      ],
      LastEvaluatedKey: { pk: 'svc', sk: 'RUN#2' },
    });
    expect(page({ pk: 'svc', sk: 'RUN#2' })).toEqual({ Items: [{ pk: 'svc', sk: 'RUN#1' }] });
  });
});
