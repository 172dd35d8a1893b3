/**
 * The child process in which files of services are imported. A worker thread imports them one after another: it can be
 * ended whatever a file does. The process writes one line about each file to file descriptor 3, so that nothing which a
 * file prints gets between.
 */
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { readProperty } from '../text/index.ts';
import { inSeconds, systemClock } from '../time/index.ts';
import type { FromReader, Read, Tasks } from './definition-data.ts';

const RESULTS = 3;

const given = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Tasks;

function report(read: Read): void {
  writeSync(RESULTS, `${given.mark}${JSON.stringify(read)}\n`);
}

/** The exit code of Node for a module that waits for a promise which nothing can settle any more. */
const UNSETTLED = 13;

function endOf(code: number): string {
  return code === UNSETTLED
    ? 'its import never ends, since it awaits a promise that nothing settles'
    : `it ended its process with exit code ${code} while it was imported`;
}

/** Reads the files from `first` on until one of them ends the worker. Returns the index of the file after that one. */
function readFrom(first: number): Promise<number> {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { ...given, first } });
  let next = first;
  let limit: AbortController | undefined;
  let failure = '';
  const answer = (read: Read) => {
    limit?.abort();
    limit = undefined;
    report(read);
    next++;
  };
  const begin = async () => {
    const own = new AbortController();
    limit = own;
    await systemClock.sleep(given.limit, own.signal).catch(() => {});
    if (own.signal.aborted) return;
    answer({ fault: `its import did not end within ${inSeconds(given.limit)} s` });
    await worker.terminate();
  };
  return new Promise((resolve) => {
    worker.on('message', (message: FromReader) => {
      if (readProperty(message, 'mark') !== given.mark) return;
      if ('begun' in message) void begin();
      else answer(message.read);
      // What the files leave running keeps the worker alive.
      if (next === given.tasks.length) resolve(next);
    });
    worker.on('error', (error) => {
      failure = `${error.name}: ${error.message} (thrown while it was imported)`;
    });
    worker.on('exit', (code) => {
      const isAtFault = limit !== undefined || (next === first && next < given.tasks.length);
      if (isAtFault) answer({ fault: failure || endOf(code) });
      resolve(next);
    });
  });
}

async function readAll(): Promise<void> {
  for (let next = 0; next < given.tasks.length; ) next = await readFrom(next);
}

// What the files have left behind, such as timers and open sockets, doesn't hold up the end.
void readAll().then(() => process.exit(0));
