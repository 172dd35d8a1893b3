/**
 * Recognises exhaustion: errors of Node's libuv, of its threads and of V8 which say that this process, or the disk, has
 * no more to give. Such an error is transient, since the next run may succeed: in a new process, or once somebody has
 * emptied the disk.
 */
import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';

/**
 * The exhausted resource. `process`: this process has no file descriptor, socket, thread or memory left. `disk`: there
 * is no room left for files.
 */
export type Exhausted = 'process' | 'disk';

const PROCESS = new Set<unknown>([
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ENOSR', 'EADDRNOTAVAIL', 'EAGAIN', 'EAI_MEMORY'],
  ...['ERR_OUT_OF_MEMORY', 'ERR_MEMORY_ALLOCATION_FAILED'],
  ...['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'],
  ...['Z_MEM_ERROR', 'OUT_OF_MEM', 'ERR_OSSL_MALLOC_FAILURE', 'ERR_SSL_MALLOC_FAILURE'],
]);
const DISK = new Set<unknown>(['ENOSPC', 'EDQUOT']);
/** Matches the messages of V8's errors about a lack of memory, which have no code. */
const OUT_OF_MEMORY =
  /^(?:Array buffer allocation failed|WebAssembly\.[\w.]{1,50}\(\): (?:could not allocate memory|out of memory|unable to grow))/i;

/**
 * The resource that is exhausted according to the code of an error; `undefined` for any code that isn't of exhaustion.
 */
export function exhaustedBy(code: unknown): Exhausted | undefined {
  if (PROCESS.has(code)) return 'process';
  return DISK.has(code) ? 'disk' : undefined;
}

/**
 * The resource that is exhausted according to the code or the message of one error; `undefined` if neither names an
 * exhaustion. The causes of the error, and the `errors` of an AggregateError, are not read.
 */
export function exhaustedIn(error: object): Exhausted | undefined {
  const code = readProperty(error, 'code');
  // If the system call `watch` fails with ENOSPC, the processes of this user watch as many files as they may. The disk
  // is not full.
  const isInotify = code === 'ENOSPC' && readProperty(error, 'syscall') === 'watch';
  const byCode = isInotify ? 'process' : exhaustedBy(code);
  if (byCode !== undefined || readProperty(error, 'name') !== 'RangeError') return byCode;
  const message = readProperty(error, 'message');
  return typeof message === 'string' && OUT_OF_MEMORY.test(message) ? 'process' : undefined;
}

/**
 * The largest number of errors that are read in one thrown value: the value itself, causes, and the `errors` of
 * AggregateErrors.
 */
const MOST_ERRORS = 10_000;

/**
 * The resource that is exhausted according to any error in a thrown value: the value itself, its causes, or the
 * `errors` of an AggregateError. It is `process` if one of them says so, else `disk` if one says that, else
 * `undefined`. Never throws, even for circular values.
 */
export function exhaustionIn(value: unknown): Exhausted | undefined {
  const seen = new Set<unknown>();
  const waiting = [value];
  let found: Exhausted | undefined;
  while (waiting.length > 0 && seen.size < MOST_ERRORS) {
    const error = unmasked(waiting.pop());
    if (!isError(error) || seen.has(error)) continue;
    seen.add(error);
    found = exhaustedIn(error) ?? found;
    if (found === 'process') return found;
    const room = MOST_ERRORS - seen.size - waiting.length;
    waiting.push(...(membersOf(error, Math.max(0, room)) ?? []), readProperty(error, 'cause'));
  }
  return found;
}
