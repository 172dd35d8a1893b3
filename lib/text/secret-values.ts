import { MASK } from './bounds.ts';
import type { Secrecy } from './secret-names.ts';

/** Values that are no credentials: words for a state, an authentication scheme or a type. */
const STATES = new Set(
  [
    'ok okay yes no on off true false null nil undefined none nan empty unset set missing required optional expired',
    'invalid valid validated failed failure fail success successful succeeded passed skipped done denied granted revoked',
    'refused rejected accepted enabled disabled unknown pending default present absent found hidden redacted masked',
    'removed anonymous basic bearer digest oauth oauth2 iam jwt saml sso ldap ntlm negotiate kerberos mismatch incorrect',
    'wrong correct changed unchanged updated rotated refreshed string text number boolean object array function any all',
    'error timeout unauthorized forbidden unauthenticated authenticated authorized active inactive supported unsupported',
    'provided unavailable available used unused issued malformed include omit same-origin',
  ]
    .join(' ')
    .split(' '),
);
/** Words after a name and a colon that continue a sentence (`token: is invalid`), and are no credentials. */
const SENTENCES = new Set(
  'a an the is was are were be must should may can cannot could does did do has had have not no too it this that your my for request'.split(
    ' ',
  ),
);

/** Matches a placeholder for a value: `${DB_PASSWORD}`, `{{token}}`, `<redacted>`, `[REDACTED]`, `********`. */
const PLACEHOLDER =
  /^(?:\*+|\.{3}|x{3,}|\$\{[\w.:-]{0,100}\}?|\$[A-Z_]{2,100}|\{\{[^{}]{0,100}(?:\}\})?|<[\w -]{0,40}>|\[(?:redacted|hidden|masked|filtered|removed|secret)\]|%[sdjo])$/i;
/** A value with more characters than this is never taken for an ARN or the path of a file. */
const LONGEST_REFERENCE = 2_048;
const ARN = /^arn(?::|%3A)aws/i;
const FILE =
  /^(?:\.{0,2}|~|[A-Za-z]:|file:\/\/)(?:[/\\][\w.@ -]{1,100}){1,20}\.(?:pem|key|crt|cer|p12|pfx|jks|json|txt|ya?ml|env)$/;
const MEASURE = /^\d+(?:[.,]\d+)*(?:ms|s|m|h|d|k|kb|mb|%)?$/i;
/** Matches an object of counts: `{ prompt: 12, completion: 34 }`. */
const COUNTS =
  /^\{(?:\s{0,20}["']?[\w$-]{1,100}["']?\s{0,20}:\s{0,20}\d{1,20}(?:\.\d{1,20})?\s{0,20},?){1,100}\s{0,20}\}$/;
const SMALL_NUMBER = /^\d{1,3}$/;
/** Matches the name of an authentication scheme: `oauth2`, `tls1.3`, `scram-sha-256`, `client-cert`. */
const SCHEME =
  /^(?:[a-z]{1,12}|[A-Z]{1,12}|[A-Z][a-z]{1,11})(?:[-_/ ](?:[a-z]{1,12}|[A-Z]{1,12})){0,4}-?(?:\d|\d{3})?(?:\.\d)?$/;

/** A value that may be a credential, and its name. */
export interface NamedValue {
  readonly name: string;
  readonly secrecy: Secrecy;
  readonly value: string;
  /** False if the value may be the first word of a sentence; true for a text in quotes. */
  readonly isWhole: boolean;
}

export function mayBeSecret({ name, secrecy, value, isWhole }: NamedValue): boolean {
  const word = value.trim();
  if (word === '' || word === MASK || STATES.has(word.toLowerCase()) || PLACEHOLDER.test(word)) return false;
  if (word.length <= LONGEST_REFERENCE && (ARN.test(word) || FILE.test(word))) return false;
  if (!isWhole && SENTENCES.has(word.toLowerCase())) return false;
  if (SMALL_NUMBER.test(word) || (isCount(name) && (MEASURE.test(word) || COUNTS.test(word)))) return false;
  if (secrecy === 'likely') return /auth$/i.test(name) ? !SCHEME.test(word) && !MEASURE.test(word) : isRandom(word);
  return !isOfSystem(name, word);
}

/**
 * Whether the value of `pwd` is a directory, or the value of `sig` is a signal such as SIGTERM. The names `pwd` and
 * `sig` may also mean a password and a signature.
 */
function isOfSystem(name: string, word: string): boolean {
  return (
    (/^(?:old)?pwd$/i.test(name) && /^\/[a-z]/.test(word)) || (/^sig$/i.test(name) && /^SIG[A-Z]{2,8}$/.test(word))
  );
}

/** Whether a number with this name is a count, as in `tokens: 12` and `pass: 3`. */
function isCount(name: string): boolean {
  return /(?:tokens|secrets|credentials|signatures|cookies|passwords|keys)$|^pass$|^auth$/i.test(name);
}

/** Whether the value looks random: it contains a long sequence of letters and digits that is no word and no date. */
export function isRandom(value: string): boolean {
  const runs = value.match(/[A-Za-z\d]{10,}/g) ?? [];
  return runs.some((run) => /\d[A-Za-z]+\d|[a-z]\d[A-Z]|[A-Z]\d[a-z]/.test(run) || run.length >= LONG_RUN);
}

/** From this length on, a sequence of letters and digits counts as random. */
const LONG_RUN = 32;
