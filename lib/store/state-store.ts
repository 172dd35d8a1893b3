/**
 * Implements the port StateStore on DynamoDB. One item per service contains its state. A tick costs two writes:
 *
 *   1. acquire: admission is the condition of the write. The write raises the fence, sets the lease, and returns the
 *      item as it was before.
 *   2. commit: the condition is that fence and epoch are as acquire left them. The write frees the lease and sets
 *      `done` to the fence.
 *
 * If the response to a write is lost, the SDK sends the write again, and the condition of the second write fails. The
 * store then finds the owner of the lease, or the committed run, in the item. No write uses ADD or list_append, so that
 * a write that is sent twice leaves the same item.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isUnreadableState, STORE_LIMIT } from '../service/index.ts';
import type { StateStore } from '../tick/index.ts';
import { type Clock, systemClock, withTimeLimit } from '../time/index.ts';
import { StoreError, TAKING_LEASE } from './errors.ts';
import { readItem } from './item/state-item.ts';
import { getItem, type ItemAccess } from './item-access.ts';
import { writeLease } from './lease-write.ts';
import { pause, resume } from './pause-resume.ts';
import { failedRuns, putRun } from './record-items.ts';
import { freeLease, writeState } from './state-write.ts';

const NOT_RUN = 'the tick did not run';
const NOT_WRITTEN = 'the next run counts this one as crashed';
const NOT_CHANGED = 'nothing was changed';
const NO_RECORD = 'the record will be missing';
const NOT_REPORTED = 'the report omits them';

/**
 * Makes the StateStore on a table that `stateTable` describes. Its methods reject with StoreError if DynamoDB can't be
 * reached or fails.
 * @param clock the clock for the time limits of the store; a call with a signal has no such limit
 */
export function dynamoStateStore(
  documents: DynamoDBDocumentClient,
  table: string,
  clock: Clock = systemClock,
): StateStore {
  const items = { documents, table };
  const limited = <Result>(facts: Attempt, work: (within: ItemAccess) => Promise<Result>) =>
    attempt(facts, () => withTimeLimit(clock, STORE_LIMIT, (signal) => work({ ...items, signal })));
  return {
    acquire: (request, signal) =>
      attempt([request.service, TAKING_LEASE, NOT_RUN], () => writeLease({ ...items, signal }, clock, request)),
    commit: (claim, state, signal) =>
      attempt([claim.service, 'writing the state', NOT_WRITTEN], () => writeState({ ...items, signal }, claim, state)),
    release: (claim, signal) =>
      attempt([claim.service, 'releasing the lease', NOT_WRITTEN], () => freeLease({ ...items, signal }, claim)),
    async read(service) {
      const item = await limited([service, 'reading the state', NOT_CHANGED], (within) => getItem(within, service));
      return item === undefined ? undefined : readItem(service, item);
    },
    pause: (service, wanted) => limited([service, 'pausing', NOT_CHANGED], (within) => pause(within, service, wanted)),
    resume: (service) => limited([service, 'resuming', NOT_CHANGED], (within) => resume(within, service)),
    putRun: (record) =>
      limited([record.service, 'writing a run record', NO_RECORD], (within) => putRun(within, record)),
    failedRuns: (service, range) =>
      limited([service, 'reading the failed runs', NOT_REPORTED], (within) => failedRuns(within, service, range)),
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
    if (isUnreadableState(error)) throw error;
    throw new StoreError(service, operation, consequence, error);
  }
}
