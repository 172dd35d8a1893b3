/**
 * Recognises exhaustion: errors of Node's libuv, of its threads and of V8 which say that this process, or the disk, has
 * no more to give. Such an error is transient, since the next run may succeed: in a new process, or once somebody has
 * emptied the disk.
 */
import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';

/**
 * What is exhausted. `process`: file descriptors, sockets, threads or memory of this process. `disk`: room for files.
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

/** What is exhausted, by the code of an error; `undefined` if the code doesn't say that anything is. */
export function exhaustedBy(code: unknown): Exhausted | undefined {
  if (PROCESS.has(code)) return 'process';
  return DISK.has(code) ? 'disk' : undefined;
}

/**
 * What is exhausted, by an error alone, without its causes and members; `undefined` if it doesn't say that anything is.
 */
export function exhaustedIn(error: object): Exhausted | undefined {
  const code = readProperty(error, 'code');
  // With `watch`, what is exhausted is the number of files that the processes of one user may watch, not the disk.
  const isInotify = code === 'ENOSPC' && readProperty(error, 'syscall') === 'watch';
  const byCode = isInotify ? 'process' : exhaustedBy(code);
  if (byCode !== undefined || readProperty(error, 'name') !== 'RangeError') return byCode;
  const message = readProperty(error, 'message');
  return typeof message === 'string' && OUT_OF_MEMORY.test(message) ? 'process' : undefined;
}

/** How many errors are read in one thrown value, including causes and members. */
const MOST_ERRORS = 10_000;

/**
 * What is exhausted, by any error in a thrown value, including causes and members: the process if one of them says so,
 * else the disk, else `undefined`. Never throws, even for circular values.
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
