/**
 * The StateStore on DynamoDB.
 *
 * One item per service holds its state (`item/state-item.ts`). A tick costs one write to take the lease and one to
 * commit:
 *   1. acquire: admission is the write's condition. The fence rises, the lease is set, the item as it was comes back.
 *   2. commit: the condition is the fence and the epoch that acquire saw. The lease goes, `done` becomes the fence.
 * A condition that fails returns the item, which gives the reason. An endpoint that doesn't return it costs one
 * consistent read.
 *
 * The SDK sends a write again when its response was lost, and the second one fails because of the first. The first is
 * recognised by its own owner in the lease, or by its own run in the history. Hence no ADD and no list_append: each
 * write leaves the same item when sent twice.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UnreadableStateError } from '../service/index.ts';
import type { StateStore } from '../tick/index.ts';
import { type Clock, systemClock } from '../time/index.ts';
import { acquire } from './acquire.ts';
import { commit, release } from './commit.ts';
import { StoreError } from './errors.ts';
import { readItem } from './item/state-item.ts';
import { getItem } from './item-access.ts';
import { pause, resume } from './pause-resume.ts';
import { runRecords } from './run-records.ts';

const NOT_RUN = 'the tick did not run';
const NOT_WRITTEN = 'the next run counts this one as crashed';
const NOT_CHANGED = 'nothing was changed';

/**
 * The store on a table as `stateTable` creates it. Its methods reject with StoreError if DynamoDB can't be reached or
 * fails.
 * @param clock limits how long an acquire may take
 */
export function dynamoStateStore(
  documents: DynamoDBDocumentClient,
  table: string,
  clock: Clock = systemClock,
): StateStore {
  const items = { documents, table };
  return {
    acquire: (request) => attempt([request.service, 'taking the lease', NOT_RUN], () => acquire(items, clock, request)),
    commit: (claim, state, signal) =>
      attempt([claim.service, 'writing the state', NOT_WRITTEN], () => commit({ ...items, signal }, claim, state)),
    release: (claim) => attempt([claim.service, 'releasing the lease', NOT_WRITTEN], () => release(items, claim)),
    async read(service) {
      const item = await attempt([service, 'reading the state', NOT_CHANGED], () => getItem(items, service));
      return item === undefined ? undefined : readItem(service, item);
    },
    pause: (service, wanted) => attempt([service, 'pausing', NOT_CHANGED], () => pause(items, service, wanted)),
    resume: (service) => attempt([service, 'resuming', NOT_CHANGED], () => resume(items, service)),
    ...runRecords(documents, table),
  };
}

type Attempt = readonly [service: string, operation: string, consequence: string];

async function attempt<Result>(
  [service, operation, consequence]: Attempt,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableStateError) throw error;
    throw new StoreError(service, operation, consequence, error);
  }
}
