/** Expired items are swept where a machine runs for long: no time to live does that in an embedded database. */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sweepExpired } from '../store/index.ts';
import { type Clock, HOUR } from '../time/index.ts';
import { clientOf, isAwsEndpoint, type LocalEnvironment } from './functions/environment.ts';

/** Removes the expired items of the state table. On AWS the table's own time to live does. */
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
  /** Ends the sweeping. */
  readonly closing: AbortSignal;
  /** Called with a line for a person. */
  readonly onNotice: (line: string) => void;
}

/** Sweeps at once and each hour until it is closing. A sweep that fails is shown, and tried again an hour later. */
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
