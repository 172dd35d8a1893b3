/** The codes by which Node, its libraries and AWS tell that the other side, or the way to it, failed. */

/**
 * Sockets and name resolution (libuv, c-ares), `fetch` (undici), the HTTP parser, TLS. `ECONNABORTED` and `ERR_NETWORK`
 * are axios's too.
 */
const TRANSPORT = [
  /^ECONN/,
  /^E(?:PIPE|PROTO|TIMEDOUT|SOCKETTIMEDOUT|(?:NET|HOST)(?:UNREACH|DOWN)|NETRESET|ADDRNOTAVAIL)$/,
  /^(?:ENOTFOUND|EAI_(?:AGAIN|FAIL|NODATA)|ESERVFAIL|EREFUSED|ETIMEOUT|EBADRESP)$/,
  /^UND_ERR_/,
  /^HPE_/,
  /^ERR_SSL_/,
  /^ERR_TLS_(?:CERT_ALTNAME_INVALID|CERT_ALTNAME_FORMAT|HANDSHAKE_TIMEOUT)$/,
  /^ERR_(?:NETWORK|STREAM_PREMATURE_CLOSE|SOCKET_CONNECTION_TIMEOUT|SOCKET_CLOSED|SOCKET_CLOSED_BEFORE_CONNECTION)$/,
  /^ERR_HTTP2_(?:ERROR|STREAM_ERROR|SESSION_ERROR|GOAWAY_SESSION|STREAM_CANCEL|PING_CANCEL)$/,
];

/** undici's own way of telling a programming error. */
const MISUSE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_INVALID_RETURN_VALUE', 'UND_ERR_NOT_SUPPORTED']);

/** Certificates that don't hold: Node's "X509 certificate error codes", and the one it gives any other. */
const CERTIFICATE = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'OUT_OF_MEM',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'UNSPECIFIED',
]);

/** What AWS calls throttling, whatever status it comes with (the SDK's own list), and S3's time-out, which is a 400. */
const THROTTLING = new Set([
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
  'RequestTimeout',
  'RequestTimeoutException',
]);

/** What an abort is told by. It says nothing itself: why it was aborted stands in its cause. */
const ABORT = new Set(['ABORT_ERR', 'ERR_CANCELED']);

/**
 * What a code tells of an error: `transport`, `other` for any that is known not to be or isn't known, `undefined` if it
 * tells nothing.
 */
export function judgeCode(code: unknown): 'transport' | 'other' | undefined {
  if (typeof code !== 'string' || code === '' || ABORT.has(code)) return undefined;
  if (MISUSE.has(code)) return 'other';
  return CERTIFICATE.has(code) || TRANSPORT.some((pattern) => pattern.test(code)) ? 'transport' : 'other';
}

/**
 * An aborted signal's, and `fetch`'s for an answer that is no HTTP: up to Node 22 that has a code (`HPE_...`), from 24
 * on none.
 */
const TRANSIENT_NAMES = new Set<unknown>(['TimeoutError', 'HTTPParserError']);

/** Whether an error's name alone says that the other side, or the way to it, failed. */
export function isTransientName(name: unknown): boolean {
  return TRANSIENT_NAMES.has(name);
}

/** Whether an AWS error's name or code says that there were too many requests. */
export function isThrottling(nameOrCode: unknown): boolean {
  return typeof nameOrCode === 'string' && THROTTLING.has(nameOrCode);
}
