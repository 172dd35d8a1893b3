/** The letters of the reference runs as errors that Node would throw, and back. */
import { type Classification, HttpStatusError } from '../../lib/service/index.ts';
import { errorWith } from '../support/loop-kit.ts';

const HTTP: Readonly<Record<string, number>> = { 3: 403, 4: 404, 5: 500, 6: 502, 7: 503, 8: 599, 9: 429 };

/** Ends a workload's call number `index` as its letter says. */
export function perform(letter: string, index: number): void {
  if (letter !== 'S') throw errorFor(letter, index);
}

function errorFor(letter: string, index: number): Error {
  const message = `${letter}${index}`;
  if (letter === 'F') return new DOMException(message, 'TimeoutError');
  if (letter === 'C') return errorWith(message, { code: 'ECONNREFUSED' });
  const status = HTTP[letter];
  if (status !== undefined) return errorWith(`${status}@${index}`, { name: 'HttpStatusError', status });
  return new Error(message);
}

/** The same with the error that a workload gets from `raiseForStatus`; its message is its own. */
export function performAsNode(letter: string, index: number): void {
  const status = HTTP[letter];
  if (status !== undefined) throw new HttpStatusError({ status, method: 'GET', url: 'https://api.example/flows' });
  perform(letter, index);
}

/** Rules R3 and R4 for these errors alone. */
export function classify(error: unknown): Classification {
  const { name, code, status = 0 } = error as { name?: string; code?: unknown; status?: number };
  const isTransient = name === 'TimeoutError' || code === 'ECONNREFUSED' || status >= 500;
  return { kind: isTransient ? 'failed' : 'fatal' };
}

/** Upstream's name of the class under which we remember an error. */
export const UPSTREAM_CLASS: Readonly<Record<string, string>> = {
  TimeoutError: 'TimeoutException',
  ECONNREFUSED: 'ConnectError',
  HttpStatusError: 'HTTPStatusError',
};
