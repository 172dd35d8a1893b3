/** Judges whether a value can be a credential, if its name says that it may be one. */
import { MASK } from './bounds.ts';
import type { Secrecy } from './secret-names.ts';

/** Values that are no credentials, since each is a word for a state, a scheme of authentication or a type. */
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
/** Words that continue a sentence after a name and a colon (`token: is invalid`), and so are no credentials. */
const SENTENCES = new Set(
  'a an the is was are were be must should may can cannot could does did do has had have not no too it this that your my for request'.split(
    ' ',
  ),
);

/**
 * Matches a value that stands for another one: `${DB_PASSWORD}`, `{{token}}`, `<redacted>`, `[REDACTED]`, `********`.
 */
const PLACEHOLDER =
  /^(?:\*+|\.{3}|x{3,}|\$\{[\w.:-]{0,100}\}?|\$[A-Z_]{2,100}|\{\{[^{}]{0,100}(?:\}\})?|<[\w -]{0,40}>|\[(?:redacted|hidden|masked|filtered|removed|secret)\]|%[sdjo])$/i;
/** The longest value, in characters, that may count as an ARN or as the path of a file. */
const LONGEST_REFERENCE = 2_048;
const ARN = /^arn(?::|%3A)aws/i;
const FILE =
  /^(?:\.{0,2}|~|[A-Za-z]:|file:\/\/)(?:[/\\][\w.@ -]{1,100}){1,20}\.(?:pem|key|crt|cer|p12|pfx|jks|json|txt|ya?ml|env)$/;
const MEASURE = /^\d+(?:[.,]\d+)*(?:ms|s|m|h|d|k|kb|mb|%)?$/i;
/** Matches an object of counts: `{ prompt: 12, completion: 34 }`. */
const COUNTS =
  /^\{(?:\s{0,20}["']?[\w$-]{1,100}["']?\s{0,20}:\s{0,20}\d{1,20}(?:\.\d{1,20})?\s{0,20},?){1,100}\s{0,20}\}$/;
const SMALL_NUMBER = /^\d{1,3}$/;
/**
 * Matches the name of a scheme of authentication, which consists of a few words, perhaps with a version: `oauth2`,
 * `tls1.3`, `scram-sha-256`, `client-cert`.
 */
const SCHEME =
  /^(?:[a-z]{1,12}|[A-Z]{1,12}|[A-Z][a-z]{1,11})(?:[-_/ ](?:[a-z]{1,12}|[A-Z]{1,12})){0,4}-?(?:\d|\d{3})?(?:\.\d)?$/;

/** A value, and the name that gives it away as a possible credential. */
export interface NamedValue {
  readonly name: string;
  readonly secrecy: Secrecy;
  readonly value: string;
  /** Whether the value is complete, such as a text in quotes. Otherwise it may be the first word of a sentence. */
  readonly isWhole: boolean;
}

/** Whether the value may be a credential, so that it is masked. */
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
 * Whether the value is the directory that a shell keeps in `pwd`, or the signal that an operating system calls `sig`.
 * These names can also mean a password and a signature.
 */
function isOfSystem(name: string, word: string): boolean {
  return (
    (/^(?:old)?pwd$/i.test(name) && /^\/[a-z]/.test(word)) || (/^sig$/i.test(name) && /^SIG[A-Z]{2,8}$/.test(word))
  );
}

/** Whether a number with this name may be a count, as in `tokens: 12` and `pass: 3`. */
function isCount(name: string): boolean {
  return /(?:tokens|secrets|credentials|signatures|cookies|passwords|keys)$|^pass$|^auth$/i.test(name);
}

/**
 * Whether the value seems to be generated at random: it contains a long run of letters and digits that is no word and
 * no date.
 */
export function isRandom(value: string): boolean {
  const runs = value.match(/[A-Za-z\d]{10,}/g) ?? [];
  return runs.some((run) => /\d[A-Za-z]+\d|[a-z]\d[A-Z]|[A-Z]\d[a-z]/.test(run) || run.length >= LONG_RUN);
}

/**
 * The number of letters and digits from which a run of them is too long for a word, and so counts as generated at
 * random.
 */
const LONG_RUN = 32;
