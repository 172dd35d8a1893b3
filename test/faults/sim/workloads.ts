/**
 * What a workload may do, and which outcome each kind of service has to make of it: written down here, asked of nobody.
 */
import { HttpStatusError, NotImplementedError, type RunContext } from '../../../lib/service/index.ts';
import type { Simulated } from './services.ts';

/** How a run ends, as a letter of the ring of runs, or `stopped`. */
export type Outcome = 'succeeded' | 'failed' | 'fatal' | 'timed-out' | 'crashed' | 'stopped';

/** One way for a workload to go. */
export interface Way {
  readonly name: string;
  /** How it ends: by itself, when it is signalled, or never. */
  readonly ends: 'returns' | 'throws' | 'returns when told' | 'throws when told' | 'never';
  readonly makeError?: () => unknown;
  /** What is made of what it throws, by each way of judging. */
  readonly judged?: Readonly<Record<Simulated['judges'], 'failed' | 'fatal'>>;
  /** How long the other side asked to be left alone, where the service listens, in milliseconds. */
  readonly retryAfter?: number;
}

const TRANSIENT = { critical: 'failed', loop: 'failed', tolerant: 'failed' } as const;
const FATAL = { critical: 'fatal', loop: 'failed', tolerant: 'fatal' } as const;
const UNWRITTEN = { critical: 'fatal', loop: 'fatal', tolerant: 'fatal' } as const;
const TOLERATED = { critical: 'fatal', loop: 'failed', tolerant: 'failed' } as const;

function throwing(name: string, judged: Way['judged'], makeError: () => unknown, more: Partial<Way> = {}): Way {
  return { name, ends: 'throws', makeError, ...(judged === undefined ? {} : { judged }), ...more };
}

function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

function status(code: number, retryAfter?: number): HttpStatusError {
  return new HttpStatusError({ status: code, method: 'GET', url: '', retryAfter });
}

export const WAYS: readonly Way[] = [
  { name: 'succeeds', ends: 'returns' },
  throwing('is refused', TRANSIENT, () => coded('ECONNREFUSED')),
  throwing('is answered 503', TRANSIENT, () => status(503)),
  throwing('is answered 404', FATAL, () => status(404)),
  throwing('is answered 429', TOLERATED, () => status(429, 150_000), { retryAfter: 150_000 }),
  throwing('has a bug', FATAL, () => new TypeError('x is not a function')),
  throwing('cannot fetch', TRANSIENT, () => new TypeError('fetch failed', { cause: coded('ENOTFOUND') })),
  throwing('meets an outdated certificate', TRANSIENT, () => coded('CERT_HAS_EXPIRED')),
  throwing('finds no file', FATAL, () => coded('ENOENT')),
  throwing('is throttled by AWS', TRANSIENT, () => {
    const $metadata = { httpStatusCode: 400 };
    return Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata });
  }),
  throwing('times out by its own', TRANSIENT, () => new DOMException('too slow', 'TimeoutError')),
  throwing(
    'has every address refused',
    TRANSIENT,
    () => new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
  ),
  throwing(
    'has one address refused and a bug',
    FATAL,
    () => new AggregateError([coded('ECONNREFUSED'), new RangeError('no')]),
  ),
  throwing('throws a string', FATAL, () => 'no'),
  throwing('is not written', UNWRITTEN, () => new NotImplementedError('later')),
  { name: 'never ends', ends: 'never' },
  { name: 'gives in late, with success', ends: 'returns when told' },
  { name: 'gives in when told', ends: 'throws when told', makeError: () => new Error('told to end') },
];

/** The way that succeeds. */
export const SUCCESS: Way = { name: 'succeeds', ends: 'returns' };

/** Waits until the signal fires. */
export function aborted({ signal }: RunContext): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
