/**
 * The evidence in an error about the other side. The first error with any evidence decides: itself, then its causes.
 *
 *   1. AWS says that it may be tried again, or that there were too many requests: transient, whatever the status.
 *   2. An HTTP status of 400 or more: transient from 500 on, or if it is tolerated.
 *   3. An AggregateError: transient if its own code is transport, or it has members and every one is transient.
 *   4. The name `TimeoutError`, or that of an answer that is no HTTP: transient.
 *   5. A code: transient if it is one of transport's, else not.
 *
 * Anything else (a bare Error or TypeError, an abort) is no evidence, and its cause is examined.
 */
import { isError, membersOf, readProperty } from '../text/index.ts';
import { isThrottling, isTransientName, judgeCode } from './classify-codes.ts';
import { retryAfterIn } from './http.ts';

/**
 * The evidence of an error. `retryAfter`: how long the other side asked to be left alone, in milliseconds, as it said it.
 */
export interface Evidence {
  readonly transient: boolean;
  readonly retryAfter?: number | undefined;
}

/** How far causes and members within members are followed. */
const DEEPEST = 32;
/**
 * How many errors behind the first are examined. One that hides behind more is no longer worth waiting
 * for.
 */
const MOST_ERRORS = 10_000;

/**
 * The evidence in any value that was raised; `undefined` if there is none. Never throws, circles included.
 * @param tolerated statuses below 500 that count as transient
 */
export function evidenceIn(raised: unknown, tolerated: ReadonlySet<number>): Evidence | undefined {
  const known = new Map<object, Evidence | undefined>();
  const evidenceOf = (error: unknown, depth: number): Evidence | undefined => {
    if (!isError(error) || depth > DEEPEST) return undefined;
    if (known.has(error) || known.size > MOST_ERRORS) return known.get(error);
    known.set(error, undefined);
    // One more than may still be examined, so that too many are not taken for all.
    const members = membersOf(error, MOST_ERRORS - known.size + 2);
    const evidence =
      ownEvidence(error, tolerated, members && (() => together(members, (member) => evidenceOf(member, depth + 1)))) ??
      evidenceOf(readProperty(error, 'cause'), depth + 1);
    known.set(error, evidence);
    return evidence;
  };
  return evidenceOf(raised, 0);
}

function ownEvidence(
  error: object,
  tolerated: ReadonlySet<number>,
  ofMembers: (() => Evidence) | undefined,
): Evidence | undefined {
  if (isRetryableByAws(error)) return { transient: true };
  const status = httpStatusOf(error);
  if (status !== undefined) {
    return { transient: status >= 500 || tolerated.has(status), retryAfter: retryAfterOf(error) };
  }
  const code = judgeCode(readProperty(error, 'code'));
  if (ofMembers !== undefined) return code === 'transport' ? { transient: true } : ofMembers();
  if (isTransientName(readProperty(error, 'name'))) return { transient: true };
  return code === undefined ? undefined : { transient: code === 'transport' };
}

/** The members of an AggregateError as one: as bad as the worst, and to be left alone as long as the longest asks. */
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

function isRetryableByAws(error: object): boolean {
  const retryable = readProperty(error, '$retryable');
  if (typeof retryable === 'object' && retryable !== null) return true;
  return isThrottling(readProperty(error, 'name')) || isThrottling(readProperty(error, 'code'));
}

/** An HTTP status of 400 or more: of our own error, of one shaped like axios's or got's, or of the AWS SDK's. */
function httpStatusOf(error: object): number | undefined {
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

/** A header's text, of a map with lower-case names or of an object with `get`, as `fetch` and axios have them. */
function headerOf(headers: unknown, name: string): string | null {
  const get = readProperty(headers, 'get');
  try {
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : readProperty(headers, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
}
