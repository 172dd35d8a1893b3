/** The code of the worker thread that serves the embedded DynamoDB until the main thread sends a message. */
import { parentPort, workerData } from 'node:worker_threads';
import { type DatabaseError, isDatabaseError } from './database-error.ts';
import { type EmbeddedOptions, serveEmbedded } from './embedded.ts';

/** A message from the worker thread of the embedded DynamoDB to the main thread. */
export type FromDatabase =
  | { readonly kind: 'served'; readonly endpoint: string }
  /** Another process has the data files open, so this thread can't open them. */
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly code: DatabaseError['code']; readonly message: string }
  | { readonly kind: 'closed' };

try {
  const served = await serveEmbedded(workerData as EmbeddedOptions);
  if (served === undefined) post({ kind: 'held' });
  else {
    // The main thread sends only one message, which asks this thread to close the database.
    parentPort?.once('message', () => void served.close().then(() => post({ kind: 'closed' })));
    post({ kind: 'served', endpoint: served.endpoint });
  }
} catch (error) {
  if (!isDatabaseError(error)) throw error;
  post({ kind: 'refused', code: error.code, message: error.message });
}

function post(message: FromDatabase): void {
  parentPort?.postMessage(message);
}
