/**
 * Finds evidence in an error that a server, or the connection to it, failed. The error itself is examined first, then
 * its causes; the first one with evidence decides.
 *
 *   1. AWS marks it as retryable, or its clients try it again: transient, whatever the status. These clients follow the
 *      causes of their own errors, so that a refusal with a transient cause is transient. A cancelled transaction is
 *      transient if each of its reasons is, else not.
 *   2. An HTTP status of 400 or more: transient from 500 on, or if it is tolerated.
 *   3. An AggregateError: transient if its own code is, or it has members and every one is transient. So is a
 *      SuppressedError, of its two errors.
 *   4. The name `TimeoutError`, or that of an answer that is no HTTP: transient.
 *   5. A code: transient if it is one of transport's or of exhaustion's, or if a cause says that this process or the
 *      disk is exhausted; else not.
 *
 * Anything else (a bare Error or TypeError, an abort) is no evidence; then the cause is examined.
 */
import { isError, membersOf, readProperty, unmasked } from '../text/index.ts';
import { isFollowedByAws, isFromAws, isRetryableByAws } from './classify-aws.ts';
import { isTransientName, judgeCode } from './classify-codes.ts';
import { exhaustedIn } from './exhaustion.ts';
import { retryAfterIn } from './http.ts';

/**
 * What an error proves. `transient`: whether it shows that the server, or the connection to it, failed. `retryAfter`:
 * how long the server asked its clients to wait, in milliseconds, without a bound.
 */
export interface Evidence {
  readonly transient: boolean;
  readonly retryAfter?: number | undefined;
}

/** How many levels of causes, and of AggregateErrors inside AggregateErrors, are followed from the thrown error. */
const DEEPEST = 32;
/**
 * How many errors are read in one thrown value, including causes and members, to find evidence that a server failed.
 * Evidence in later ones is not worth the time.
 */
const MOST_ERRORS = 10_000;

/**
 * Finds the evidence in any thrown value; returns `undefined` if there is none. Never throws, even for circular values.
 * @param tolerated HTTP statuses below 500 that count as transient
 */
export function evidenceIn(error: unknown, tolerated: ReadonlySet<number>): Evidence | undefined {
  const known = new Map<object, Evidence | undefined>();
  const evidenceOf = (given: unknown, depth: number): Evidence | undefined => {
    const link = unmasked(given);
    if (!isError(link) || depth > DEEPEST) return undefined;
    if (known.has(link) || known.size > MOST_ERRORS) return known.get(link);
    known.set(link, undefined);
    // Asks for one more member than may still be read: if there is one, the members are too many.
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

/** Functions that find the evidence in the errors inside another error: in its cause and in its members. */
interface Inside {
  readonly ofCause: () => Evidence | undefined;
  /** Absent if the error has no members. */
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

/** Whether an error of AWS's clients, or one of its causes, is transient by itself, without its own causes. */
function isTransientAlone(link: unknown): boolean {
  if (isTransientName(readProperty(link, 'name')) || judgeCode(readProperty(link, 'code')) === 'transient') return true;
  return (httpStatusOf(link) ?? 0) >= 500;
}

/**
 * Whether the error or one of its causes says that this process or the disk is exhausted (out of memory, file
 * descriptors, room and the like).
 */
function isExhausted(error: object): boolean {
  let link: unknown = error;
  for (let depth = 0; isError(link) && depth <= DEEPEST; depth += 1) {
    if (exhaustedIn(link) !== undefined) return true;
    link = readProperty(link, 'cause');
  }
  return false;
}

/**
 * Combines the evidence of the members of an AggregateError: transient only if there is a member and every one is
 * transient. `retryAfter` is the longest of theirs.
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

/**
 * The HTTP status in an error if it is 400 or more. It is read from Tickover's own error, from one in the shape of
 * axios's or got's, or from an error of the AWS SDK.
 */
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

/**
 * The text of a header, or `null` if it is missing. `headers` is an object with lower-case names, or an object with a
 * method `get`, as in `fetch` and axios.
 */
function headerOf(headers: unknown, name: string): string | null {
  const get = readProperty(headers, 'get');
  try {
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : readProperty(headers, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
}
