/** Flow runs in DynamoDB. A transition is one conditional write; due runs come from an index, page by page. */
import { type AttributeValue, ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type FlowRun, type FlowRunState, isWaiting } from './flow-run.ts';
import { itemOf, runOf, WAITING, WAITING_INDEX } from './item.ts';
import {
  type DuePage,
  type DueQuery,
  type FlowRunStore,
  type Place,
  type Transitioned,
  type UnreadableRun,
  UnreadableRunError,
} from './ports.ts';

type Item = Record<string, unknown>;

/** Where the runs are, and what ends a call early. */
interface Call {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly signal?: AbortSignal;
}

/** A store on the table, which must exist: see `flowRunsTable`. */
export function dynamoFlowRunStore(client: DynamoDBClient, table: string): FlowRunStore {
  const call: Call = { documents: DynamoDBDocumentClient.from(client), table };
  const until = (signal?: AbortSignal): Call => (signal === undefined ? call : { ...call, signal });
  return {
    due: (query, signal) => due(until(signal), query),
    transition: (seen, state, signal) => transition(until(signal), seen, state),
    put: (run, options) => put(call, run, options?.overwrite === true),
    get: (id) => get(call, id),
    list: () => list(call),
  };
}

/** DynamoDB may end an answer before the limit; only an answer without a last key says that there is no more. */
async function due(call: Call, query: DueQuery): Promise<DuePage> {
  const items: Item[] = [];
  let key = query.after === undefined ? undefined : keyOf(query.after);
  do {
    const input = dueInput(call.table, { ...query, limit: query.limit - items.length }, key);
    const { Items = [], LastEvaluatedKey } = await call.documents.send(new QueryCommand(input), optionsOf(call));
    items.push(...Items);
    key = LastEvaluatedKey;
  } while (key !== undefined && items.length < query.limit);
  return { ...readAll(items), ...(key === undefined ? {} : { next: placeOf(key) }) };
}

function dueInput(table: string, query: DueQuery, key: Item | undefined): QueryCommandInput {
  return {
    TableName: table,
    IndexName: WAITING_INDEX,
    KeyConditionExpression: '#waiting = :waiting AND #start <= :cutoff',
    ExpressionAttributeNames: { '#waiting': 'waiting', '#start': 'nextScheduledStartTime' },
    ExpressionAttributeValues: { ':waiting': WAITING, ':cutoff': query.cutoff },
    Limit: query.limit,
    ...(key === undefined ? {} : { ExclusiveStartKey: key }),
  };
}

function keyOf({ id, start }: Place): Item {
  return { id, waiting: WAITING, nextScheduledStartTime: start };
}

function placeOf(key: Item): Place {
  const { id, nextScheduledStartTime } = key;
  return { id: String(id), start: Number(nextScheduledStartTime) };
}

function readAll(items: readonly Item[]): { runs: FlowRun[]; unreadable: UnreadableRun[] } {
  const runs: FlowRun[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const item of items) {
    try {
      runs.push(runOf(item));
    } catch (error) {
      if (!(error instanceof UnreadableRunError)) throw error;
      const { id } = item;
      unreadable.push({ id: String(id), error });
    }
  }
  return { runs, unreadable };
}

async function transition(call: Call, seen: FlowRun, state: FlowRunState): Promise<Transitioned> {
  try {
    await call.documents.send(new UpdateCommand(transitionInput(call.table, seen, state)), optionsOf(call));
    return { written: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return refused(state, error.Item === undefined ? await get(call, seen.id) : runOf(toJson(error.Item)));
  }
}

/** A write whose answer was lost is sent again by the client and then fails on its own result: that run is ours. */
function refused(state: FlowRunState, now: FlowRun | undefined): Transitioned {
  if (now === undefined) return { written: false };
  return now.state.id === state.id ? { written: true } : { written: false, now };
}

function transitionInput(table: string, seen: FlowRun, state: FlowRunState): UpdateCommandInput {
  const waits = isWaiting({ ...seen, state });
  const set = ['#id = :id', '#type = :type', '#name = :name', '#timestamp = :timestamp'];
  if (waits) set.push('#waiting = :waiting');
  if (state.message !== undefined) set.push('#message = :message');
  const remove = [...(waits ? [] : ['#waiting']), ...(state.message === undefined ? ['#message'] : [])];
  return {
    TableName: table,
    Key: { id: seen.id },
    UpdateExpression: `SET ${set.join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`}`,
    ConditionExpression: '#id = :seenId AND #type = :seenType AND #name = :seenName',
    ExpressionAttributeNames: {
      '#id': 'stateId',
      '#type': 'stateType',
      '#name': 'stateName',
      '#timestamp': 'stateTimestamp',
      '#waiting': 'waiting',
      '#message': 'stateMessage',
    },
    ExpressionAttributeValues: {
      ':id': state.id,
      ':type': state.type,
      ':name': state.name,
      ':timestamp': state.timestamp,
      ':seenId': seen.state.id,
      ':seenType': seen.state.type,
      ':seenName': seen.state.name,
      ...(waits ? { ':waiting': WAITING } : {}),
      ...(state.message === undefined ? {} : { ':message': state.message }),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** The old item of a refusal comes as DynamoDB's own attribute values, of which a flow run has texts and numbers. */
function toJson(item: Readonly<Record<string, AttributeValue>>): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, { S, N }]) => [name, N === undefined ? S : Number(N)] as const),
  );
}

async function put(call: Call, run: FlowRun, overwrite: boolean): Promise<boolean> {
  const condition = {
    ConditionExpression: 'attribute_not_exists(#id) OR NOT #timestamp > :timestamp',
    ExpressionAttributeNames: { '#id': 'id', '#timestamp': 'stateTimestamp' },
    ExpressionAttributeValues: { ':timestamp': run.state.timestamp },
  };
  try {
    await call.documents.send(
      new PutCommand({ TableName: call.table, Item: itemOf(run), ...(overwrite ? {} : condition) }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function get(call: Call, id: string): Promise<FlowRun | undefined> {
  const command = new GetCommand({ TableName: call.table, Key: { id }, ConsistentRead: true });
  const { Item } = await call.documents.send(command, optionsOf(call));
  return Item === undefined ? undefined : runOf(Item);
}

async function list(call: Call): Promise<Pick<DuePage, 'runs' | 'unreadable'>> {
  const items: Item[] = [];
  let key: Item | undefined;
  do {
    const from = key === undefined ? {} : { ExclusiveStartKey: key };
    const command = new ScanCommand({ TableName: call.table, ConsistentRead: true, ...from });
    const { Items = [], LastEvaluatedKey } = await call.documents.send(command);
    items.push(...Items);
    key = LastEvaluatedKey;
  } while (key !== undefined);
  return readAll(items);
}

function optionsOf({ signal }: Call): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
