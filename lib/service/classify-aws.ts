/**
 * The errors that AWS's own clients retry, by their names. The lists hold the names of the SDK for JavaScript
 * (`@smithy/core/retry`, service-error-classification; a test compares them with the installed version), and those that
 * its predecessor and the SDKs of other languages add: expired credentials, and services' own names for throttling.
 */
import { readProperty } from '../text/index.ts';

/** Throttling whatever the status. */
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

/** A service's own name for it: `KMSThrottlingException`, `KmsThrottled`, `KMS.ThrottlingException`. */
const THROTTLED = /(?:^|[a-z.])throttl(?:ed|ing)(?:exception|error|fault)?$/i;

/** Time-outs, which S3 answers with status 400; a write that met a transaction. */
const TRANSIENT = new Set<unknown>([
  ...['RequestTimeout', 'RequestTimeoutException', 'TimeoutError', 'TransactionConflictException'],
]);

/**
 * The clocks of both sides differ, or the credentials have expired or don't hold yet. The SDK lists
 * `AccessDeniedException` here as well, which as a rule is a missing permission: see `clockSkewCorrected`.
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

/** The reasons of a cancelled transaction for which it may succeed another time. */
const TRANSIENT_REASONS = new Set<unknown>([
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'RequestLimitExceeded',
  'InternalServerError',
]);

/** More are never in one transaction. */
const MOST_REASONS = 100;

/**
 * Words for a lost connection that the clients look for in a TypeError. Browsers use them, and HTTP clients of others.
 */
const LOST_CONNECTION = new Set<unknown>([
  'Failed to fetch',
  'NetworkError when attempting to fetch resource',
  'The Internet connection appears to be offline',
  'Load failed',
  'Network request failed',
]);

/** How many causes of an error the clients follow. */
const MOST_CAUSES = 11;

/** Whether one of AWS's clients threw it: they leave the data of the request in all their errors. */
export function isFromAws(error: object): boolean {
  const metadata = readProperty(error, '$metadata');
  return typeof metadata === 'object' && metadata !== null;
}

/**
 * Whether the clients try an error of theirs again, for what it says itself or what one of its causes does. They follow
 * causes of any kind, up to an abort.
 * @param isTransient whether an error alone, without its causes, is transient by what isn't AWS's own
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

/** Whether AWS says that the request may be tried again; `undefined` where it says nothing. */
export function isRetryableByAws(error: object): boolean | undefined {
  const name = readProperty(error, 'name');
  if (name === 'TransactionCanceledException') return isCanceledForATime(readProperty(error, 'CancellationReasons'));
  const retryable = readProperty(error, '$retryable');
  if (retryable !== undefined) return true;
  const metadata = readProperty(error, '$metadata');
  if (readProperty(metadata, 'clockSkewCorrected') === true) return true;
  // The SDK takes this status for throttling whatever the name of the error.
  if (readProperty(metadata, 'httpStatusCode') === 429) return true;
  return isRetryableName(name) || isRetryableName(readProperty(error, 'code')) || undefined;
}

function isRetryableName(name: unknown): boolean {
  if (THROTTLING.has(name) || TRANSIENT.has(name) || CLOCK_SKEW.has(name)) return true;
  return typeof name === 'string' && THROTTLED.test(name);
}

/** Whether every reason that isn't None is transient, and there is one. */
function isCanceledForATime(reasons: unknown): boolean {
  const length = Math.min(Number(readProperty(reasons, 'length')) || 0, MOST_REASONS);
  const codes = Array.from({ length }, (_, index) => readProperty(readProperty(reasons, String(index)), 'Code'));
  const given = codes.filter((code) => code !== undefined && code !== 'None');
  return given.length > 0 && given.every((code) => TRANSIENT_REASONS.has(code));
}
