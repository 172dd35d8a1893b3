/**
 * Decides which names are those of credentials, however they are written: `dbPass`, `DB_PASS`, `db-pass`, `x-api-key`,
 * `apiKeyV2`, `/prod/db/password`.
 */
import { bare, hasMoreThanBare } from './visible.ts';

/**
 * How surely a name is that of a credential. `secret`: the value is masked unless it can't be a credential. `likely`
 * (`auth`, many keys): the value is masked if it looks like a credential. `header`: as `secret`, and the value is the
 * rest of the line.
 */
export type Secrecy = 'secret' | 'likely' | 'header';

/** How many characters of a name are read, counted from its end. */
const LONGEST_NAME = 200;

const SECRETS = new Set(
  [
    'password passwords passwd passwds passphrase passphrases passcode passcodes pwd pw pass secret secrets token tokens',
    'credential credentials cred creds jwt jwts otp otps totp signature signatures sig sid sessid sessionid phpsessid',
    'jsessionid bearer mnemonic apikey apikeys',
  ]
    .join(' ')
    .split(' '),
);

/** Matches a name of a credential in one word: `PGPASSWORD`, `authtoken`. */
const ENDS_IN_SECRET =
  /(?:password|passwd|passphrase|passcode|pwd|secret|token|credential|(?:api|secret|access|private|auth|signing|master|account)key|sessi?on?id|sessid|connectionstring)s?$|^(?:db|pg|my|sql|mysql|user|root|admin|smtp|imap|mail|ftp|sftp|ssh|ldap|http|proxy|redis|cert|key|store|keystore|truststore)(?:pass|pw)$/;

/** Words before `key` that make a name the name of a credential: `apiKey`. */
const SECRET_KEYS = new Set(
  [
    'api access secret private signing encryption decryption master shared storage subscription auth account client',
    'deploy admin root ssh rsa aes hmac cipher webhook integration consumer ingest session server functions function',
    'host service license licence',
  ]
    .join(' ')
    .split(' '),
);
/** Words before `key` that show that the key is no credential: `primaryKey`. */
const OPEN_KEYS = new Set(
  [
    'public publishable primary partition sort foreign cache object hash range index group row item message event',
    'translation lookup unique natural composite map last first next start issue metric config idempotency socket s3',
    'evaluated cursor trace deduplication dedup order document record column table ordering tag label state query search react key no such',
  ]
    .join(' ')
    .split(' '),
);

/** Words at the end of a name which show that the value only describes a credential: `tokenCount`, `secretName`. */
const ABOUT = new Set(
  [
    'error exception fault failed failure invalid missing required denied expired expires expiry expiration expire',
    'count counts type types arn arns version limit limits length ttl name names url urls uri uris endpoint path paths',
    'file files dir directory policy age field fields header index status state budget usage used cost size bytes max',
    'min window enabled disabled algorithm alg format rotation rotated updated created changed at date time timestamp',
    'timeout provider providers source manager store scope scopes issuer audience kind exists present valid strength',
    'per rate total ref refs reference method mode prefix hint rule rules validation verified bucket duration seconds ms',
    'days minutes hours lifetime level region attempts retries description title label found mismatch changed reset',
    'needed set not was issued rejected refused revoked',
  ]
    .join(' ')
    .split(' '),
);
/** Words before `token` which show that the token is hardly a credential: `nextToken`. */
const OTHER_TOKENS = new Set(
  'next page continuation pagination sync cursor start starting resume unexpected invalid expired missing unknown unrecognized max min total num'.split(
    ' ',
  ),
);
/** Words after `auth` that make a name the name of a credential: `authCode`. */
const AUTH_VALUES = new Set(['code', 'codes', 'value', 'string', 'data', 'verifier']);

/** Whether a text may contain the name of a credential: a quick check before {@link secrecyOf}. */
export function mayNameSecret(text: string): boolean {
  return HINT.test(text);
}

const HINT =
  /pass|pw|secret|token|cred|jwt|otp|sig|sid|sess|bearer|mnemonic|key|auth|cookie|connectionstring|connection.string|code|verifier/i;

/** How surely a name is that of a credential; `undefined` if it isn't. */
export function secrecyOf(name: string): Secrecy | undefined {
  const seen = /^[\w.$-]*$/.test(name) || !hasMoreThanBare(name) ? name : bare(name);
  if (!HINT.test(seen.slice(-LONGEST_NAME))) return undefined;
  const words = wordsOf(seen);
  const last = words.findLastIndex((word, index) => judgeWord(words, word, index) !== undefined);
  if (last < 0) return undefined;
  const secrecy = judgeWord(words, words[last] ?? '', last);
  const rest = words.slice(last + 1);
  if (rest.some((word) => ABOUT.has(word))) return undefined;
  return rest.includes('id') || rest.includes('ids') ? idSecrecy(words[last] ?? '') : secrecy;
}

/** Whether a field in an object such as `credentials` only describes the credential: `type`, `expiresAt`. */
export function isAboutSecrets(name: string): boolean {
  const words = wordsOf(name);
  return words.length > 0 && words.every((word) => ABOUT.has(word));
}

/** How surely an id is a credential. `sessionId` is a credential; any other id is one only if it looks random. */
function idSecrecy(word: string): Secrecy {
  return word === 'session' ? 'secret' : 'likely';
}

/**
 * Judges one word of a name by the words before and after it; `undefined` if the word doesn't show that the name is
 * that of a credential.
 */
type WordJudge = (before: string, after: string | undefined) => Secrecy | undefined;

function judgeWord(words: readonly string[], word: string, index: number): Secrecy | undefined {
  const judge = WORD_JUDGES.get(word);
  if (judge !== undefined) return judge(words[index - 1] ?? '', words[index + 1]);
  return SECRETS.has(word) || ENDS_IN_SECRET.test(word) ? 'secret' : undefined;
}

const CODES = new Set(['recovery', 'backup', 'otp', 'mfa', '2fa', 'authorization', 'auth', 'verification', 'device']);
const OTHER_PASSES = new Set(['first', 'second', 'third', 'next', 'last', 'multi', 'single', 'render', 'by']);

/**
 * Judges `authorization` and `cookie`: `authorizationUrl` is no credential, and `authorization_code` is one but no
 * header.
 */
const judgeHeader: WordJudge = (_before, after) => {
  if (after === undefined) return 'header';
  return AUTH_VALUES.has(after) ? 'secret' : undefined;
};

const judgeAuth: WordJudge = (_before, after) => {
  if (after === undefined) return 'likely';
  return AUTH_VALUES.has(after) ? 'secret' : undefined;
};

const judgeKey: WordJudge = (before) => {
  if (SECRET_KEYS.has(before)) return 'secret';
  return before === '' || OPEN_KEYS.has(before) ? undefined : 'likely';
};

/** Judges `pass`: a password at the end of a name, but not in `pass rate` or `firstPass`. */
const judgePass: WordJudge = (before, after) =>
  after === undefined && !OTHER_PASSES.has(before) ? 'secret' : undefined;

const judgeToken: WordJudge = (before) => (OTHER_TOKENS.has(before) ? 'likely' : 'secret');

function secretAfter(words: ReadonlySet<string>): WordJudge {
  return (before) => (words.has(before) ? 'secret' : undefined);
}

const WORD_JUDGES: ReadonlyMap<string, WordJudge> = new Map([
  ...['authorization', 'cookie', 'cookies'].map((word) => [word, judgeHeader] as const),
  ...['key', 'keys'].map((word) => [word, judgeKey] as const),
  ...['pass', 'pw'].map((word) => [word, judgePass] as const),
  ...['token', 'tokens'].map((word) => [word, judgeToken] as const),
  ...['code', 'codes'].map((word) => [word, secretAfter(CODES)] as const),
  ...['string', 'strings'].map((word) => [word, secretAfter(new Set(['connection']))] as const),
  ['auth', judgeAuth],
  ['verifier', secretAfter(new Set(['code']))],
  ['session', (_before, after) => (after === 'id' || after === 'ids' ? 'secret' : undefined)],
]);

function wordsOf(name: string): readonly string[] {
  return name
    .slice(-LONGEST_NAME)
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/^\d+(?!fa$)|\d+$/g, ''))
    .filter((word) => word !== '' && word !== 'v');
}
