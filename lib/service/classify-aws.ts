/**
 * Recognises the errors that AWS's own clients retry, by their names. The lists contain the names in the SDK for
 * JavaScript (`@smithy/core/retry`, service-error-classification; a test compares them with the installed version).
 * They also contain names that only version 2 of that SDK or the SDKs of other languages retry: those of expired
 * credentials, and those that single AWS services use for throttling.
 */
import { readProperty } from '../text/index.ts';

/** The names of errors by which AWS throttles a request, whatever the HTTP status. */
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
 * Matches the names that single AWS services give to their throttling errors: `KMSThrottlingException`, `KmsThrottled`,
 * `KMS.ThrottlingException`.
 */
const THROTTLED = /(?:^|[a-z.])throttl(?:ed|ing)(?:exception|error|fault)?$/i;

/**
 * The names of transient errors that aren't throttling: time-outs (S3 reports them with status 400), and a write that
 * conflicts with a transaction.
 */
const TRANSIENT = new Set<unknown>([
  ...['RequestTimeout', 'RequestTimeoutException', 'TimeoutError', 'TransactionConflictException'],
]);

/**
 * The names of errors which say that the clocks of client and AWS differ, or that credentials have expired or aren't
 * valid yet. The SDK also counts `AccessDeniedException` among these, but as a rule that is a missing permission. So it
 * counts here only if the SDK has set `clockSkewCorrected` in the `$metadata` of the error.
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

/** The reasons of a cancelled DynamoDB transaction which say that the transaction may succeed if it is sent again. */
const TRANSIENT_REASONS = new Set<unknown>([
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'RequestLimitExceeded',
  'InternalServerError',
]);

/** The largest number of reasons that are read in the error of a cancelled transaction. DynamoDB gives no more. */
const MOST_REASONS = 100;

/**
 * The messages of a TypeError by which AWS's clients recognise a lost connection. Browsers and other HTTP clients use
 * them.
 */
const LOST_CONNECTION = new Set<unknown>([
  'Failed to fetch',
  'NetworkError when attempting to fetch resource',
  'The Internet connection appears to be offline',
  'Load failed',
  'Network request failed',
]);

/** How far AWS's clients follow the chain of causes of an error: so many causes, one behind the other. */
const MOST_CAUSES = 11;

/** Whether one of AWS's clients threw the error: these add data about the request (`$metadata`) to all their errors. */
export function isFromAws(error: object): boolean {
  const metadata = readProperty(error, '$metadata');
  return typeof metadata === 'object' && metadata !== null;
}

/**
 * Whether AWS's clients would send the failed request again, because of their error itself or one of its causes. The
 * causes may come from any library. An `AbortError` ends the search, and the result is then false.
 * @param isTransient decides whether one error of the chain, judged without its causes, is transient by facts that AWS
 * doesn't define, such as an error code of Node
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
 * Whether a name, a code or a property that AWS defines says that the failed request may be sent again; `undefined` if
 * the error has none of these. For the error of a cancelled transaction the result is always true or false.
 */
export function isRetryableByAws(error: object): boolean | undefined {
  const name = readProperty(error, 'name');
  if (name === 'TransactionCanceledException') return isCanceledForATime(readProperty(error, 'CancellationReasons'));
  const retryable = readProperty(error, '$retryable');
  if (retryable !== undefined) return true;
  const metadata = readProperty(error, '$metadata');
  if (readProperty(metadata, 'clockSkewCorrected') === true) return true;
  // The SDK treats this status as throttling, whatever the name of the error.
  if (readProperty(metadata, 'httpStatusCode') === 429) return true;
  return isRetryableName(name) || isRetryableName(readProperty(error, 'code')) || undefined;
}

function isRetryableName(name: unknown): boolean {
  if (THROTTLING.has(name) || TRANSIENT.has(name) || CLOCK_SKEW.has(name)) return true;
  return typeof name === 'string' && THROTTLED.test(name);
}

/**
 * Whether a cancelled transaction may succeed if it is sent again: it has at least one reason other than `None`, and
 * every such reason is transient.
 */
function isCanceledForATime(reasons: unknown): boolean {
  const length = Math.min(Number(readProperty(reasons, 'length')) || 0, MOST_REASONS);
  const codes = Array.from({ length }, (_, index) => readProperty(readProperty(reasons, String(index)), 'Code'));
  const given = codes.filter((code) => code !== undefined && code !== 'None');
  return given.length > 0 && given.every((code) => TRANSIENT_REASONS.has(code));
}
