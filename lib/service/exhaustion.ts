/**
 * Exhaustion: an error that says that this process, or the disk, has no more to give. It is a failure of the run, since
 * the next one may succeed: in a new process, or once somebody has emptied the disk. The errors of Node's libuv, of its
 * threads and of V8.
 */
import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';

/** `process`: file descriptors, sockets, threads or memory of this process. `disk`: room for files. */
export type Exhausted = 'process' | 'disk';

const PROCESS = new Set<unknown>([
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ENOSR', 'EADDRNOTAVAIL', 'EAGAIN', 'EAI_MEMORY'],
  ...['ERR_OUT_OF_MEMORY', 'ERR_MEMORY_ALLOCATION_FAILED'],
  ...['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'],
  ...['Z_MEM_ERROR', 'OUT_OF_MEM', 'ERR_OSSL_MALLOC_FAILURE', 'ERR_SSL_MALLOC_FAILURE'],
]);
const DISK = new Set<unknown>(['ENOSPC', 'EDQUOT']);
/** V8's errors have no code. */
const OUT_OF_MEMORY =
  /^(?:Array buffer allocation failed|WebAssembly\.[\w.]{1,50}\(\): (?:could not allocate memory|out of memory|unable to grow))/i;

/** What the code of an error says to be exhausted. */
export function exhaustedBy(code: unknown): Exhausted | undefined {
  if (PROCESS.has(code)) return 'process';
  return DISK.has(code) ? 'disk' : undefined;
}

/** What an error says to be exhausted, its causes and members left aside. */
export function exhaustedIn(error: object): Exhausted | undefined {
  const code = readProperty(error, 'code');
  // The room for watches of files belongs to the processes of this user, not to the disk.
  const isInotify = code === 'ENOSPC' && readProperty(error, 'syscall') === 'watch';
  const byCode = isInotify ? 'process' : exhaustedBy(code);
  if (byCode !== undefined || readProperty(error, 'name') !== 'RangeError') return byCode;
  const message = readProperty(error, 'message');
  return typeof message === 'string' && OUT_OF_MEMORY.test(message) ? 'process' : undefined;
}

/** How many errors are read, causes and members included. */
const MOST_ERRORS = 10_000;

/**
 * What any error within a value that was thrown says to be exhausted, causes and members included: the process where
 * one says so, else the disk. Never throws, also on circles.
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
