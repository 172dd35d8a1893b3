import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sweepExpired } from '../store/index.ts';
import { type Clock, HOUR } from '../time/index.ts';
import { clientOf, isAwsEndpoint, type LocalEnvironment } from './functions/environment.ts';

/**
 * Deletes the items of the state table that have expired at `now`, in epoch milliseconds, since an embedded DynamoDB
 * has no time to live. Does nothing on AWS.
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
  /** Aborted when the process is asked to stop, for example by Ctrl+C. Then no further sweep begins. */
  readonly closing: AbortSignal;
  readonly onNotice: (line: string) => void;
}

/** Calls `sweep` now and then every hour, until `closing` is aborted. If it fails, `onNotice` gets one line. */
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
