/** Deletes expired items on one machine at intervals, since an embedded DynamoDB has no time to live. */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sweepExpired } from '../store/index.ts';
import { type Clock, HOUR } from '../time/index.ts';
import { clientOf, isAwsEndpoint, type LocalEnvironment } from './functions/environment.ts';

/**
 * Deletes the expired items of the state table. On AWS it does nothing, since the time to live of the table does it.
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
 * Sweeps at once and then each hour, until `closing` is aborted. If a sweep fails, a line is shown, and the next sweep
 * follows an hour later.
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
