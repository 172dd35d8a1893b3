/**
 * The worker thread that serves the embedded DynamoDB. It opens the data directory, answers requests, and ends when the
 * thread that started it sends a message.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseError } from './database-error.ts';
import { type EmbeddedOptions, serveEmbedded } from './embedded.ts';

/** A message from the database thread to the thread that started it. */
export type FromDatabase =
  | { readonly kind: 'served'; readonly endpoint: string }
  /** Another process has the files of the data directory open. */
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly code: DatabaseError['code']; readonly message: string }
  | { readonly kind: 'closed' };

try {
  const served = await serveEmbedded(workerData as EmbeddedOptions);
  if (served === undefined) post({ kind: 'held' });
  else {
    // The database thread gets only one message, which asks it to close the database.
    parentPort?.once('message', () => void served.close().then(() => post({ kind: 'closed' })));
    post({ kind: 'served', endpoint: served.endpoint });
  }
} catch (error) {
  if (!(error instanceof DatabaseError)) throw error;
  post({ kind: 'refused', code: error.code, message: error.message });
}

function post(message: FromDatabase): void {
  parentPort?.postMessage(message);
}
