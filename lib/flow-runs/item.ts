/**
 * Converts flow runs to DynamoDB items and back. An item has the attribute `waiting` only while its flow run waits to
 * start, so the index on this attribute contains no other flow runs.
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { showValue, withoutUndefined } from '../text/index.ts';
import { type FlowRun, isWaiting, STATE_TYPES } from './flow-run.ts';
import { UnreadableRunError } from './ports.ts';

/** The name of the table of flow runs, unless another is given. */
export const FLOW_RUNS_TABLE = 'tickover-flow-runs';
/** The name of the DynamoDB index that contains the flow runs that wait to start, sorted by start time. */
export const WAITING_INDEX = 'waiting';
/** The only value of the attribute `waiting`, the partition key of the index of flow runs that wait to start. */
export const WAITING = 'SCHEDULED#Scheduled';

/**
 * Returns the definition of the table of flow runs. Its index contains only the attributes that are needed to mark a
 * flow run late.
 */
export function flowRunsTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'waiting', AttributeType: 'S' },
      { AttributeName: 'nextScheduledStartTime', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: WAITING_INDEX,
        KeySchema: [
          { AttributeName: 'waiting', KeyType: 'HASH' },
          { AttributeName: 'nextScheduledStartTime', KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['name', 'deploymentId', 'stateId', 'stateType', 'stateName', 'stateTimestamp'],
        },
      },
    ],
  };
}

const Item = z.object({
  id: z.string(),
  name: z.string(),
  deploymentId: z.string().optional(),
  stateId: z.string(),
  stateType: z.enum(STATE_TYPES),
  stateName: z.string(),
  stateTimestamp: z.number(),
  stateMessage: z.string().optional(),
  nextScheduledStartTime: z.number().optional(),
  expectedStartTime: z.number().optional(),
  source: z.string().optional(),
});

type Item = z.infer<typeof Item> & { waiting?: string };

export function itemOf(run: FlowRun): Item {
  const { state } = run;
  return withoutUndefined({
    id: run.id,
    name: run.name,
    deploymentId: run.deploymentId,
    nextScheduledStartTime: run.nextScheduledStartTime,
    expectedStartTime: run.expectedStartTime,
    source: run.source,
    stateId: state.id,
    stateType: state.type,
    stateName: state.name,
    stateTimestamp: state.timestamp,
    stateMessage: state.message,
    waiting: isWaiting(run) ? WAITING : undefined,
  });
}

/**
 * Converts a DynamoDB item to a flow run.
 * @throws UnreadableRunError which names every invalid attribute
 */
export function runOf(item: Readonly<Record<string, unknown>>): FlowRun {
  const parsed = Item.safeParse(item);
  if (!parsed.success) throw unreadable(item, parsed.error);
  const { data } = parsed;
  return withoutUndefined({
    id: data.id,
    name: data.name,
    deploymentId: data.deploymentId,
    nextScheduledStartTime: data.nextScheduledStartTime,
    expectedStartTime: data.expectedStartTime,
    source: data.source,
    state: withoutUndefined({
      id: data.stateId,
      type: data.stateType,
      name: data.stateName,
      timestamp: data.stateTimestamp,
      message: data.stateMessage,
    }),
  });
}

function unreadable(item: Readonly<Record<string, unknown>>, error: z.ZodError): UnreadableRunError {
  const faults = error.issues.map(({ path, message }) => {
    const [attribute = 'item'] = path.map(String);
    return `${attribute}: ${message}, got ${showValue(item[attribute])}`.slice(0, 200);
  });
  return new UnreadableRunError(
    `flow run ${String(item['id'])}: its item can't be read (${faults.join('; ')}); it is left alone`,
  );
}
