import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';

/** The exhausted resource. `process`: file descriptors, sockets, threads or memory. `disk`: space for files. */
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

/** The resource that is exhausted, by the code of an error such as EMFILE; `undefined` for any other code. */
export function exhaustedBy(code: unknown): Exhausted | undefined {
  if (PROCESS.has(code)) return 'process';
  return DISK.has(code) ? 'disk' : undefined;
}

/**
 * The resource that is exhausted, by the code or the message of one error; `undefined` for any other error. The causes
 * of the error are not read.
 */
export function exhaustedIn(error: object): Exhausted | undefined {
  const code = readProperty(error, 'code');
  // For the system call `watch`, ENOSPC means that the user watches too many files. The disk is not full.
  const isInotify = code === 'ENOSPC' && readProperty(error, 'syscall') === 'watch';
  const byCode = isInotify ? 'process' : exhaustedBy(code);
  if (byCode !== undefined || readProperty(error, 'name') !== 'RangeError') return byCode;
  const message = readProperty(error, 'message');
  return typeof message === 'string' && OUT_OF_MEMORY.test(message) ? 'process' : undefined;
}

const MOST_ERRORS = 10_000;

/**
 * The resource that is exhausted, by a thrown value, one of its causes, or an error inside an AggregateError: `process`
 * before `disk`, or `undefined`. Never throws.
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
