/** Turns the errors of AWS's clients, and those that a function threw, into errors of the client. */
import { isRecord, readProperty } from '../text/index.ts';
import { ClientError, type ClientErrorCode, isClientError } from './errors.ts';

/** What a request was about, for the message of its error. */
export interface Asked {
  /** The service, or the stack. */
  readonly subject: string;
  /** What was asked, such as `the function Prod-watch-services`. */
  readonly target: string;
  /** Whether the request may have run something, or changed a state. */
  readonly acts: boolean;
}

const DENIED =
  /AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken|InvalidClientTokenId|NotAuthorized|CredentialsProvider|TokenProvider|MissingAuthenticationToken|IncompleteSignature|SignatureDoesNotMatch|InvalidAccessKeyId/i;
const MISSING = /ResourceNotFound|FunctionNotFound/i;
const THROTTLED = /Thrott|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown/i;
const TIMED_OUT = /^(TimeoutError|RequestTimeout\w*|AbortError)$|ETIMEDOUT/i;
const REFUSED =
  /Validation|InvalidParameter|InvalidRequestContent|RequestTooLarge|RequestEntityTooLarge|UnreadableState|MalformedEvent|InvalidOptions/i;

/** How deep a chain of causes is searched. */
const DEPTH = 6;

/** Returns the error of a request that AWS's client rejected. An error of the client itself is returned as it is. */
export function errorOf(error: unknown, asked: Asked): ClientError {
  if (isClientError(error)) return error;
  const code = codeOf(error);
  return new ClientError(code, asked.subject, `${wordsOf(code, asked)} (${describe(error)})`, error);
}

function codeOf(error: unknown): ClientErrorCode {
  let each: unknown = error;
  for (let depth = 0; depth < DEPTH && isRecord(each); depth++) {
    const names = [readProperty(each, 'name'), readProperty(each, 'code')].map(String);
    const is = (pattern: RegExp) => names.some((name) => pattern.test(name));
    if (is(DENIED) || readProperty(readProperty(each, '$metadata'), 'httpStatusCode') === 403) return 'access-denied';
    if (is(MISSING)) return 'not-found';
    if (is(THROTTLED)) return 'throttled';
    if (is(TIMED_OUT)) return 'timed-out';
    if (is(REFUSED) || /Region is missing/i.test(String(readProperty(each, 'message')))) return 'refused';
    each = readProperty(each, 'cause');
  }
  return 'unreachable';
}

function wordsOf(code: ClientErrorCode, { target, acts }: Asked): string {
  const unknown = acts ? 'whether anything was done is not known; ask for the status before you try again' : RETRY;
  switch (code) {
    case 'access-denied':
      return `AWS refused this caller at ${target}; nothing was done; check its credentials and rights`;
    case 'not-found':
      return `there is no such thing as ${target}; nothing was done; check its name, the region and the account`;
    case 'throttled':
      return `${target} gets too many requests; nothing was done; try again later`;
    case 'timed-out':
      return `${target} did not answer in time; ${unknown}`;
    case 'refused':
      return `the request to ${target} was refused; nothing was done; correct it`;
    default:
      return `${target} can't be reached; ${unknown}`;
  }
}

const RETRY = 'nothing was changed; try again';

function describe(error: unknown): string {
  const [name, message] = ['name', 'message'].map((field) => readProperty(error, field));
  return `${typeof name === 'string' ? name : 'error'}: ${typeof message === 'string' && message !== '' ? message : 'no message'}`;
}

/** Returns the error of a function that threw, or whose process ended, from the payload that Lambda sent for it. */
export function functionError(payload: unknown, { subject, target, acts }: Asked): ClientError {
  const [type = 'Error', message = 'no message'] = ['errorType', 'errorMessage'].map((field) => {
    const value = readProperty(payload, field);
    return typeof value === 'string' && value !== '' ? value : undefined;
  });
  if (type === 'MalformedEventError') return new ClientError('refused', subject, `${target}: ${message}`);
  const isLate = type === 'Sandbox.Timedout' || /Task timed out/.test(message);
  const what = isLate ? 'did not end in time' : 'failed';
  const next = acts
    ? 'its status shows what became of it; its log shows why'
    : 'nothing was changed; its log shows why';
  return new ClientError(
    isLate ? 'timed-out' : 'function-failed',
    subject,
    `${target} ${what} (${type}: ${message}); ${next}`,
  );
}
