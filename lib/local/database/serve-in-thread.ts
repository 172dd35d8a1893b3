/**
 * Serves the embedded DynamoDB in a worker thread, so that its requests and the services on this machine don't delay
 * each other.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DatabaseError, withoutSubject } from './database-error.ts';
import type { FromDatabase } from './database-thread.ts';
import type { Embedded, EmbeddedOptions } from './embedded.ts';

const THREAD = new URL('./load-thread.mjs', import.meta.url);

/**
 * Serves the data directory on 127.0.0.1. If the worker thread fails later, an uncaught DatabaseError ends the process.
 * @returns the server; `undefined` if another process has the data files open
 * @throws DatabaseError `port-in-use` or `database-unusable`
 */
export async function serveInThread(options: EmbeddedOptions): Promise<Embedded | undefined> {
  const thread = new Worker(THREAD, { workerData: options, execArgv: [], name: 'database' });
  const ended = once(thread, 'exit');
  const answer = await firstOf(thread, options);
  if (answer.kind !== 'served') {
    await thread.terminate();
    if (answer.kind === 'refused') throw new DatabaseError(answer.code, withoutSubject(answer.message));
    return undefined;
  }
  thread.on('error', (error: Error) => {
    throw failed(error, options);
  });
  return {
    endpoint: answer.endpoint,
    async close() {
      const closed = once(thread, 'message');
      thread.postMessage('close');
      await Promise.race([closed, ended]);
      await thread.terminate();
    },
  };
}

async function firstOf(thread: Worker, options: EmbeddedOptions): Promise<FromDatabase> {
  try {
    const [answer] = (await once(thread, 'message')) as [FromDatabase];
    return answer;
  } catch (error) {
    throw failed(error as Error, options);
  }
}

/** Makes a DatabaseError from an error of the worker thread, which arrives as a copy without its class. */
function failed(error: Error, { path }: EmbeddedOptions): DatabaseError {
  const { code } = error as { code?: unknown };
  const isOwn = error.message.startsWith('database: ') && typeof code === 'string';
  if (isOwn) return new DatabaseError(code as DatabaseError['code'], withoutSubject(error.message), { cause: error });
  const what = `${path}: its thread ended (${error.message}); services end; start again`;
  return new DatabaseError('database-unusable', what, { cause: error });
}
