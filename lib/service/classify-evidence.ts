/**
 * Finds out from an error whether a server, or the connection to it, failed. The error is examined first, then its
 * causes. The first of these facts decides:
 *
 *   1. AWS's clients would send the request again: transient, whatever the status. They follow the causes of their own
 *      errors, so that a refusal with a transient cause is transient. The error of a cancelled transaction is transient
 *      if each reason in it is transient, else not.
 *   2. An HTTP status of 400 or more: transient from 500 on, or if the caller tolerates it (`tolerated`), else not.
 *   3. An AggregateError: transient if its own code is transient, or if it contains errors and each of them is
 *      transient, else not. A SuppressedError is judged in the same way by its two errors.
 *   4. The name `TimeoutError`, or `HTTPParserError` (fetch's error for an answer that is no HTTP): transient.
 *   5. A code: transient if it is a code of the network, of a certificate, of exhaustion or of a lost lease, or if a
 *      cause says that this process or the disk is exhausted; else not. The code of an abort is no evidence.
 *
 * An error without any of these (a bare Error or TypeError, an abort) contains no evidence; then its cause is examined.
 */
import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';
import { isFollowedByAws, isFromAws, isRetryableByAws } from './classify-aws.ts';
import { isTransientName, judgeCode } from './classify-codes.ts';
import { exhaustedIn } from './exhaustion.ts';
import { retryAfterIn } from './http.ts';

/**
 * What an error shows. `transient`: whether a server, or the connection to it, failed. `retryAfter`: how long the
 * server asked to wait, in milliseconds, without an upper bound.
 */
export interface Evidence {
  readonly transient: boolean;
  readonly retryAfter?: number | undefined;
}

/** The largest number of nested causes and nested AggregateErrors that are read, counted from the thrown error. */
const DEEPEST = 32;
/** The largest number of errors that are read in one thrown value, since reading more would take too long. */
const MOST_ERRORS = 10_000;

/**
 * Finds in a thrown value whether a server, or the connection to it, failed; `undefined` if the value doesn't show it.
 * Never throws.
 * @param tolerated HTTP statuses below 500 that count as transient
 */
export function evidenceIn(error: unknown, tolerated: ReadonlySet<number>): Evidence | undefined {
  const known = new Map<object, Evidence | undefined>();
  const evidenceOf = (given: unknown, depth: number): Evidence | undefined => {
    const link = unmasked(given);
    if (!isError(link) || depth > DEEPEST) return undefined;
    if (known.has(link) || known.size > MOST_ERRORS) return known.get(link);
    known.set(link, undefined);
    // If an AggregateError has more errors than may be read, the first unread error counts as not transient.
    const members = membersOf(link, MOST_ERRORS - known.size + 2);
    const inside: Inside = {
      ofCause: () => evidenceOf(readProperty(link, 'cause'), depth + 1),
      ofMembers: members && (() => together(members, (member) => evidenceOf(member, depth + 1))),
    };
    const evidence = ownEvidence(link, tolerated, inside) ?? inside.ofCause();
    known.set(link, evidence);
    return evidence;
  };
  return evidenceOf(error, 0);
}

interface Inside {
  readonly ofCause: () => Evidence | undefined;
  readonly ofMembers: (() => Evidence) | undefined;
}

function ownEvidence(
  error: object,
  tolerated: ReadonlySet<number>,
  { ofCause, ofMembers }: Inside,
): Evidence | undefined {
  const retryable = isRetryableByAws(error);
  if (retryable !== undefined) return { transient: retryable };
  if (isFromAws(error)) {
    const behind = ofCause();
    if (behind?.transient === true) return behind;
    if (isFollowedByAws(error, isTransientAlone)) return { transient: true };
  }
  const status = httpStatusOf(error);
  if (status !== undefined) {
    return { transient: status >= 500 || tolerated.has(status), retryAfter: retryAfterOf(error) };
  }
  const code = judgeCode(readProperty(error, 'code'));
  if (ofMembers !== undefined) return code === 'transient' ? { transient: true } : ofMembers();
  if (isTransientName(readProperty(error, 'name'))) return { transient: true };
  if (code === 'transient' || isExhausted(error)) return { transient: true };
  return code === undefined ? undefined : { transient: false };
}

function isTransientAlone(link: unknown): boolean {
  if (isTransientName(readProperty(link, 'name')) || judgeCode(readProperty(link, 'code')) === 'transient') return true;
  return (httpStatusOf(link) ?? 0) >= 500;
}

function isExhausted(error: object): boolean {
  let link: unknown = error;
  for (let depth = 0; isError(link) && depth <= DEEPEST; depth += 1) {
    if (exhaustedIn(link) !== undefined) return true;
    link = readProperty(link, 'cause');
  }
  return false;
}

/**
 * Combines what the errors inside another error show: transient if there is at least one error and all are transient.
 * `retryAfter` is the longest that any of these errors contains.
 */
function together(members: Iterable<unknown>, evidenceOf: (member: unknown) => Evidence | undefined): Evidence {
  let seen = false;
  let retryAfter: number | undefined;
  for (const member of members) {
    const evidence = evidenceOf(member);
    if (evidence?.transient !== true) return { transient: false };
    seen = true;
    if (evidence.retryAfter !== undefined) retryAfter = Math.max(retryAfter ?? 0, evidence.retryAfter);
  }
  return { transient: seen, retryAfter };
}

function httpStatusOf(error: unknown): number | undefined {
  const response = readProperty(error, 'response');
  return [
    readProperty(error, 'status'),
    readProperty(error, 'statusCode'),
    readProperty(response, 'status'),
    readProperty(response, 'statusCode'),
    readProperty(readProperty(error, '$metadata'), 'httpStatusCode'),
  ].find((status): status is number => typeof status === 'number' && status >= 400 && status <= 999);
}

function retryAfterOf(error: object): number | undefined {
  if (readProperty(error, 'name') === 'HttpStatusError') {
    const retryAfter = readProperty(error, 'retryAfter');
    return typeof retryAfter === 'number' ? retryAfter : undefined;
  }
  return retryAfterIn({
    get: (name: string) => headerOf(readProperty(readProperty(error, 'response'), 'headers'), name),
  });
}

function headerOf(headers: unknown, name: string): string | null {
  const get = readProperty(headers, 'get');
  try {
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : readProperty(headers, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
}
