/**
 * Deletes the expired items of the state table hourly on one machine, since an embedded DynamoDB has no time to live.
 */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sweepExpired } from '../store/index.ts';
import { type Clock, HOUR } from '../time/index.ts';
import { clientOf, isAwsEndpoint, type LocalEnvironment } from './functions/environment.ts';

/**
 * Deletes the items of the state table that have expired at `now`, in epoch milliseconds. For a table on AWS it does
 * nothing, since the table's time to live deletes them.
 */
export async function sweepTable(endpoint: string, env: LocalEnvironment, now: number): Promise<void> {
  if (isAwsEndpoint(endpoint)) return;
  const client = clientOf(endpoint, env);
  try {
    await sweepExpired(DynamoDBDocumentClient.from(client), env.TICKOVER_TABLE, now);
  } finally {
    client.destroy();
  }
}

interface Parts {
  readonly clock: Clock;
  /** Aborted when the process is about to stop: no further sweep begins. */
  readonly closing: AbortSignal;
  /** Called with one line for a person if a sweep fails. */
  readonly onNotice: (line: string) => void;
}

/**
 * Calls `sweep` at once and then each hour, until `closing` is aborted. If a sweep fails, `onNotice` is called with one
 * line, and the next sweep follows an hour later.
 */
export async function sweepHourly(sweep: (now: number) => Promise<void>, parts: Parts): Promise<void> {
  const { clock, closing, onNotice } = parts;
  while (!closing.aborted) {
    try {
      await sweep(clock.now());
    } catch (error) {
      const why = error instanceof Error ? error.message || error.name : String(error);
      onNotice(`database: expired run records can't be removed (${why}); it is tried again in an hour`);
    }
    await clock.sleep(HOUR, closing);
  }
}
