import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { refuseOptions } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { abortable } from '../time/index.ts';
import { type FlowRun, type FlowRunState, isWaiting } from './flow-run.ts';
import { itemOf, runOf, WAITING, WAITING_INDEX } from './item.ts';
import {
  type DuePage,
  type DueQuery,
  type FlowRunStore,
  isUnreadableRun,
  type Transitioned,
  type UnreadableRun,
} from './ports.ts';

type Item = Record<string, unknown>;

interface Call {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns a store of flow runs (runs of workflows in Prefect). The table must exist; `flowRunsTable` returns its
 * definition.
 */
export function dynamoFlowRunStore(client: DynamoDBClient, table: string): FlowRunStore {
  const call: Call = { documents: DynamoDBDocumentClient.from(client), table };
  return {
    due: (query, signal) => due({ ...call, signal }, query),
    transition: (seen, state, signal) => transition({ ...call, signal }, seen, state),
    put: async (run, options = {}) => {
      refuseOptions('put', options, { overwrite: 'flag' });
      return put(call, run, options.overwrite === true);
    },
    get: (id) => get(call, id),
    list: () => list(call),
  };
}

/**
 * Reads a page of flow runs that should have started by `cutoff`. DynamoDB may return fewer items than asked for, so
 * this function reads on until the page is full or no item is left.
 */
async function due(call: Call, { cutoff, limit, after }: DueQuery): Promise<DuePage> {
  const items: Item[] = [];
  let key: Item | undefined = after && { id: after.id, waiting: WAITING, nextScheduledStartTime: after.start };
  do {
    const command = new QueryCommand({
      TableName: call.table,
      IndexName: WAITING_INDEX,
      KeyConditionExpression: '#waiting = :waiting AND #start <= :cutoff',
      ExpressionAttributeNames: { '#waiting': 'waiting', '#start': 'nextScheduledStartTime' },
      ExpressionAttributeValues: { ':waiting': WAITING, ':cutoff': cutoff },
      Limit: limit - items.length,
      ExclusiveStartKey: key,
    });
    const { Items = [], LastEvaluatedKey } = await abortable(call.signal, () =>
      call.documents.send(command, optionsOf(call)),
    );
    items.push(...Items);
    key = LastEvaluatedKey;
  } while (key !== undefined && items.length < limit);
  const next = key && { id: String(key['id']), start: Number(key['nextScheduledStartTime']) };
  return withoutUndefined({ ...readAll(items), next });
}

function readAll(items: readonly Item[]): { runs: FlowRun[]; unreadable: UnreadableRun[] } {
  const runs: FlowRun[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const item of items) {
    try {
      runs.push(runOf(item));
    } catch (error) {
      if (!isUnreadableRun(error)) throw error;
      unreadable.push({ id: String(item['id']), error });
    }
  }
  return { runs, unreadable };
}

async function transition(call: Call, seen: FlowRun, state: FlowRunState): Promise<Transitioned> {
  try {
    const command = new UpdateCommand(transitionInput(call.table, seen, state));
    await abortable(call.signal, () => call.documents.send(command, optionsOf(call)));
    return { written: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return refused(state, error.Item === undefined ? await get(call, seen.id) : runOf(unmarshall(error.Item)));
  }
}

/**
 * Returns the result of a write that DynamoDB refused because the stored state had changed. If the stored state is
 * already the new one, the write did succeed: the AWS client sent it twice, since the first response was lost.
 * @param now the stored flow run; `undefined` if it was deleted
 */
function refused(state: FlowRunState, now: FlowRun | undefined): Transitioned {
  if (now === undefined) return { written: false };
  return now.state.id === state.id ? { written: true } : { written: false, now };
}

function transitionInput(table: string, seen: FlowRun, state: FlowRunState): UpdateCommandInput {
  const attributes = Object.entries({
    stateId: state.id,
    stateType: state.type,
    stateName: state.name,
    stateTimestamp: state.timestamp,
    stateMessage: state.message,
    waiting: isWaiting({ ...seen, state }) ? WAITING : undefined,
  });
  const set = attributes.filter(([, value]) => value !== undefined);
  const remove = attributes.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  return {
    TableName: table,
    Key: { id: seen.id },
    UpdateExpression:
      `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}` +
      (remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`),
    ConditionExpression: '#stateId = :seenId AND #stateType = :seenType AND #stateName = :seenName',
    ExpressionAttributeNames: Object.fromEntries(attributes.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ':seenId': seen.state.id,
      ':seenType': seen.state.type,
      ':seenName': seen.state.name,
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
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
  const { Item } = await abortable(call.signal, () => call.documents.send(command, optionsOf(call)));
  return Item === undefined ? undefined : runOf(Item);
}

async function list(call: Call): Promise<Pick<DuePage, 'runs' | 'unreadable'>> {
  const items: Item[] = [];
  let key: Item | undefined;
  do {
    const command = new ScanCommand({ TableName: call.table, ConsistentRead: true, ExclusiveStartKey: key });
    const { Items = [], LastEvaluatedKey } = await call.documents.send(command);
    items.push(...Items);
    key = LastEvaluatedKey;
  } while (key !== undefined);
  return readAll(items);
}

/**
 * The option by which `signal` aborts a request. Callers use `abortable` too, since the AWS client notices an abort
 * late while it waits before its next attempt.
 */
function optionsOf({ signal }: Call): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
