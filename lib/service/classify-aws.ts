/**
 * Recognises, by their names, the errors after which an AWS client sends its request again. The lists have the names of
 * the JavaScript SDK (`@smithy/core/retry`), and names that only other AWS SDKs know.
 */
import { readProperty } from '../text/index.ts';

/** The names of errors by which AWS refuses a request because there are too many requests. */
const THROTTLING = new Set<unknown>([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/**
 * Matches the throttling errors of single AWS services: `KMSThrottlingException`, `KmsThrottled`,
 * `KMS.ThrottlingException`.
 */
const THROTTLED = /(?:^|[a-z.])throttl(?:ed|ing)(?:exception|error|fault)?$/i;

/** The names of other errors after which AWS's clients send a request again: time-outs and transaction conflicts. */
const TRANSIENT = new Set<unknown>([
  ...['RequestTimeout', 'RequestTimeoutException', 'TimeoutError', 'TransactionConflictException'],
]);

/**
 * The names of errors for a wrong clock and for expired credentials, after which AWS's clients send a request again.
 * `AccessDeniedException` is not in this list, since it mostly means a missing permission.
 */
const CLOCK_SKEW = new Set<unknown>([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  ...['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
]);

/** The reasons of a cancelled DynamoDB transaction that may succeed if it is sent again. */
const TRANSIENT_REASONS = new Set<unknown>([
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'RequestLimitExceeded',
  'InternalServerError',
]);

/** The largest number of reasons in the error of a cancelled DynamoDB transaction: one for each of 100 actions. */
const MOST_REASONS = 100;

/** The messages of a TypeError that AWS's clients take for a lost connection. */
const LOST_CONNECTION = new Set<unknown>([
  'Failed to fetch',
  'NetworkError when attempting to fetch resource',
  'The Internet connection appears to be offline',
  'Load failed',
  'Network request failed',
]);

/** The largest number of nested causes in which AWS's clients look for a reason to send a request again. */
const MOST_CAUSES = 11;

/** Whether an AWS client threw the error. All such errors have `$metadata`, the data of the request. */
export function isFromAws(error: object): boolean {
  const metadata = readProperty(error, '$metadata');
  return typeof metadata === 'object' && metadata !== null;
}

/**
 * Whether an AWS client would send the failed request again because of its error or one of the causes of that error.
 * False if an `AbortError` comes first.
 * @param isTransient whether the code, the status or the name of one error is transient
 */
export function isFollowedByAws(error: object, isTransient: (cause: unknown) => boolean): boolean {
  let link: unknown = error;
  for (let depth = 0; depth <= MOST_CAUSES && typeof link === 'object' && link !== null; depth += 1) {
    if (readProperty(link, 'name') === 'AbortError') return false;
    if (isRetryableByAws(link) === true || isLostConnection(link) || isTransient(link)) return true;
    link = readProperty(link, 'cause');
  }
  return false;
}

function isLostConnection(error: object): boolean {
  return error instanceof TypeError && LOST_CONNECTION.has(readProperty(error, 'message'));
}

/**
 * Whether AWS defines that a request with this error may be sent again; `undefined` if AWS defines nothing for the
 * error.
 */
export function isRetryableByAws(error: object): boolean | undefined {
  const name = readProperty(error, 'name');
  if (name === 'TransactionCanceledException') return isCanceledForATime(readProperty(error, 'CancellationReasons'));
  const retryable = readProperty(error, '$retryable');
  if (retryable !== undefined) return true;
  const metadata = readProperty(error, '$metadata');
  if (readProperty(metadata, 'clockSkewCorrected') === true) return true;
  // AWS's clients take status 429 for throttling, whatever the name of the error.
  if (readProperty(metadata, 'httpStatusCode') === 429) return true;
  return isRetryableName(name) || isRetryableName(readProperty(error, 'code')) || undefined;
}

function isRetryableName(name: unknown): boolean {
  if (THROTTLING.has(name) || TRANSIENT.has(name) || CLOCK_SKEW.has(name)) return true;
  return typeof name === 'string' && THROTTLED.test(name);
}

function isCanceledForATime(reasons: unknown): boolean {
  const length = Math.min(Number(readProperty(reasons, 'length')) || 0, MOST_REASONS);
  const codes = Array.from({ length }, (_, index) => readProperty(readProperty(reasons, String(index)), 'Code'));
  const given = codes.filter((code) => code !== undefined && code !== 'None');
  return given.length > 0 && given.every((code) => TRANSIENT_REASONS.has(code));
}
