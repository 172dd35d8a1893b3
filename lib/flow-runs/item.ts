/**
 * How a flow run is stored in DynamoDB: as a flat item with the key `id`. The item has the attribute `waiting` only
 * while its run is in state `Scheduled` and has a time to start. So the index on `waiting` contains only such runs, and
 * returns the earliest start first without reading the rest of the table.
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { showValue, withoutUndefined } from '../text/index.ts';
import { type FlowRun, isWaiting, STATE_TYPES } from './flow-run.ts';
import { UnreadableRunError } from './ports.ts';

/** The default name of the table of flow runs. */
export const FLOW_RUNS_TABLE = 'tickover-flow-runs';
/** The name of the index of waiting runs, with partition key `waiting` and sort key `nextScheduledStartTime`. */
export const WAITING_INDEX = 'waiting';
/** The only value that the attribute `waiting` can have. */
export const WAITING = 'SCHEDULED#Scheduled';

/**
 * Returns the definition of the table of flow runs, for CreateTable and for a CDK stack. Its index copies only the
 * attributes that are needed to mark a run late.
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

/** Returns the DynamoDB item of the flow run. */
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
 * Reads a flow run from its DynamoDB item.
 * @throws UnreadableRunError which names every faulty attribute
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
