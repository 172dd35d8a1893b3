import type { LeaseLostError } from './errors.ts';
import { exhaustedBy } from './exhaustion.ts';

/**
 * Patterns of error codes for a failed connection: of sockets and DNS (libuv, c-ares), `fetch` (undici), the HTTP
 * parser, TLS, and axios.
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

/** undici's codes for programming errors, which begin like its codes for failed connections (`UND_ERR_`). */
const MISUSE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_INVALID_RETURN_VALUE', 'UND_ERR_NOT_SUPPORTED']);

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

/**
 * The codes of an aborted request, and of secrets that can't be read. The reason of the abort, or the cause, shows
 * whether the error is transient, not this code.
 */
const ABORT = new Set(['ABORT_ERR', 'ERR_CANCELED', 'secrets-unavailable']);

/** The code of a run that has lost its lease: the next run starts with a lease of its own. */
const LEASE_LOST: LeaseLostError['code'] = 'lease-lost';

/**
 * Judges the code of an error: `transient` for a code of the network, of a certificate, of exhaustion or of a lost
 * lease, `other` for any other code, `undefined` if there is no code or it is that of an abort, which doesn't show
 * whether the error is transient.
 */
export function judgeCode(code: unknown): 'transient' | 'other' | undefined {
  if (typeof code !== 'string' || code === '' || ABORT.has(code)) return undefined;
  if (MISUSE.has(code)) return 'other';
  const isTransient = code === LEASE_LOST || CERTIFICATE.has(code) || TRANSPORT.some((pattern) => pattern.test(code));
  return isTransient || exhaustedBy(code) !== undefined ? 'transient' : 'other';
}

/**
 * The names of transient errors that may have no code. `HTTPParserError` is fetch's error for an answer that is no
 * HTTP.
 */
const TRANSIENT_NAMES = new Set<unknown>(['TimeoutError', 'HTTPParserError']);

/** Whether the name of an error alone shows that it is transient. */
export function isTransientName(name: unknown): boolean {
  return TRANSIENT_NAMES.has(name);
}
