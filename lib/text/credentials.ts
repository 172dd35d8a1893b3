/**
 * The forms of credentials in a text. Every pattern is linear: a repetition without a bound is consumed by the match,
 * and any look beyond the match is bounded, so that hostile text costs no more than long text.
 */
import { MASK } from './bounds.ts';

/**
 * After a secret's word these say that the value is about a secret, and isn't one: `tokenCount`, `TokenExpiredError`.
 */
const ABOUT_SECRETS =
  '(?:error|exception|fault|failed|failure|invalid|missing|required|denied|expir\\w{0,10}|count|type|arn|version|limit|length|ttl|name)s?';
/** The words in the name of a secret; short ones only without a letter beside them (`sig`, but not `design`). */
const SECRET_WORD = [
  '(?:token(?!iz|less)|secret(?!ar)|passw(?:or)?d(?!less)|passphrase|passcode|pwd|credential|signature|session[-_]?id|connection[-_]?string',
  '|(?:api|access|account|private|signing|encryption|master|shared|storage|subscription|auth|client|deploy)[-_ ]?key',
  `|(?<![a-z])(?:sig|sid|auth|jwt|otp|pass|creds?)(?![a-z]))(?![\\w-]{0,40}${ABOUT_SECRETS}(?![a-z]))`,
].join('');
const QUOTE = String.raw`(?:\\{0,3}["'${'`'}]|%22|&quot;)`;
const SEPARATOR = String.raw`\s{0,5}(?:[:=]>?|%3[AD])\s{0,5}`;
/** The rest of a name after the word: `password_hash`, `user[password]`. */
const REST = String.raw`(?:[\w\]-]|%5D){0,40}`;
/**
 * A value in quotes (escaped ones too, for JSON inside JSON), a list, the first line of a block, or up to the next
 * separator.
 */
const VALUE = String.raw`(?:\\{1,3}["'](?:[^"'\\]|\\{2,}["']?|\\(?!["']))*|"(?:\\.|[^"\\])*|'(?:\\.|[^'\\])*|${'`[^`]*'}|%22(?:(?!%22)[^\s&"'])*|&quot;(?:(?!&quot;)[^"'\r\n])*|\[(?!\s{0,200}\])[^\]]{1,2000}|[|>][-+]?[ \t]{0,5}\r?\n[^\r\n]*|(?!\*\*\*|(?:true|false|null|undefined|none|\d{1,3})(?:[\s,;.}\]]|$))(?:(?!%2[26C]|&quot;)[^\s"'${'`'},;&}\]{[])(?:(?!%2[26C])[^\s"',;&}\]])*)`;

/** A pattern, and the replacement of its matches. */
type Masked = readonly [RegExp, string | ((match: string, name: string) => string)];

const WHOLE: readonly Masked[] = [
  [/-----BEGIN(?:[A-Z ]|%20|\+){1,30}?PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----[\s\S]*?(?:-----END|$)/g, MASK],
  // AWS: a key id, with the secret key if that is written beside it; a session token.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b(?:[\s,:;|"'\\]{1,8}[A-Za-z0-9+/=]{27,44}(?![A-Za-z0-9+/=]))?/g, MASK],
  [/(?<![\w/+])(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[\w/+=%-]{20,}/g, MASK],
  [/(?<![a-z0-9])eyJ[\w-]{10,2000}\.[\w-]{10,}(?:\.[\w-]*){0,3}/gi, MASK],
  [
    /(?<![a-z0-9])(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|soat|agent)-|xox[a-z][-.]|xapp-|[sr]k[-_]|whsec_|shp(?:at|ss|ca|pa)_|do[op]_v1_|dckr_pat_|glsa_|nrak-|lin_api_|hv[sb]\.|pmak-)[\w.-]{16,}/gi,
    MASK,
  ],
  [
    /(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}|gsk_\w{20,}|xai-\w{40,}|pypi-[\w-]{50,}|AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,64}\.[\w-]{16,}|SK[0-9a-f]{32}|key-[0-9a-f]{32}|dapi[0-9a-f]{32}|ATATT3[\w=-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}|\d{8,10}:AA[\w-]{33})/g,
    MASK,
  ],
];

const WITHIN: readonly Masked[] = [
  // User and password in a URL, written plainly, URL-encoded, and without a scheme.
  [
    /([a-z][a-z0-9+.-]{0,20}:(?:\\{0,3}\/){2})(?:[^\s/?#"':]{0,200}:(?!\d{1,5}(?:[/?#]|$))(?:(?!:\/\/)[^\s"']){1,2000}|[^\s/?#"']{1,2000})@/gi,
    `$1${MASK}@`,
  ],
  [/((?:%3A|:)(?:%2F){2})(?:(?!%2F|%3F|%40)[^\s&"'@]){1,500}(%40|@)/gi, `$1${MASK}$2`],
  [
    /(?<![\w/.:@-])([\w.-]{1,64}:)[^\s:@/"'(){}]{1,200}@(?=(?:tcp|unix)\(|[\w.-]{1,100}(?::\d{2,5}\b|\/))/g,
    `$1${MASK}@`,
  ],
  [
    /(hooks\.slack\.com\/\w{1,20}\/|discord(?:app)?\.com\/api\/webhooks\/|\.office\.com\/webhook\w{0,3}\/)[^\s"'<>]+/gi,
    `$1${MASK}`,
  ],
  [
    new RegExp(
      String.raw`\b((?:(?:proxy-)?authorization|(?:set-)?cookies?)${QUOTE}?${SEPARATOR})(?:\[\s{0,200}(?:["'][^"'\r\n]{0,5000}["'],?\s{0,200}){1,50}\]?|\\{0,3}["'][^\r\n"'\\]+|[^\s"'\\][^\r\n]*)`,
      'gi',
    ),
    maskedField,
  ],
  [
    /\b(Bearer(?:\s|%20|\+){1,3})(?!(?:auth\w{0,20}|tokens?|scheme|headers?|challenge|credentials?|access|realm)(?![\w-]))[\w.~+/=-]{6,}/gi,
    `$1${MASK}`,
  ],
  [
    /\b((?:[Bb]asic|BASIC|Negotiate|NTLM|SSWS)(?:\s|%20|\+){1,3})(?=[\w+/-]*(?:\d|[a-z][A-Z]|=))[\w+/-]{6,}={0,2}/g,
    `$1${MASK}`,
  ],
  [/\b(Digest\s{1,3}username=)[^\r\n]+/gi, `$1${MASK}`],
  [new RegExp(`([?&;](?:key|code|[^=&\\s]{0,60}${SECRET_WORD}[^=&\\s]{0,60})=)[^&\\s#"']+`, 'gi'), `$1${MASK}`],
  [new RegExp(`(<(?:\\w{1,20}:)?[\\w-]{0,40}${SECRET_WORD}[\\w-]{0,40}>)(?!\\*\\*\\*)[^<]+`, 'gi'), `$1${MASK}`],
  // Arguments of a command, and headers as a list of names and values.
  [new RegExp(`((?<![\\w-])--?[\\w-]{0,40}${SECRET_WORD}[\\w-]{0,40}\\s{1,5})(?![-*])\\S+`, 'gi'), `$1${MASK}`],
  [/((?<!\S)(?:-u|--user)\s{1,5}[^\s:]{1,100}:)\S+/g, `$1${MASK}`],
  [
    new RegExp(
      `(["'](?:--?[\\w-]{0,40}${SECRET_WORD}[\\w-]{0,40}|(?:proxy-)?authorization|(?:set-)?cookie|[\\w-]{1,40}-(?:token|secret|key|signature))["']\\s{0,5},\\s{0,5}["'])[^"'\\r\\n]+`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/\b((?:password|passphrase|secret|api[- ]key)(?: is)? ["'`])[^"'`\r\n]+/gi, `$1${MASK}`],
  [new RegExp(`(${SECRET_WORD}${REST}${QUOTE}?${SEPARATOR})${VALUE}`, 'gi'), maskedField],
];

/** Every pattern, in the order in which they are applied. */
export const SECRETS: readonly Masked[] = [...WHOLE, ...WITHIN];

const NAME = new RegExp(SECRET_WORD, 'i');

/** Whether a field of this name holds a credential. */
export function isSecretName(name: string): boolean {
  return NAME.test(name.slice(0, 200)) || /^(?:proxy-)?authorization$|^(?:set-)?cookies?$/i.test(name);
}

/** The name of a field with its value masked, its opening quote kept so that the text around it still reads. */
function maskedField(match: string, name: string): string {
  const quote = /^(?:\\{0,3}["'`]|%22|&quot;)/.exec(match.slice(name.length))?.[0] ?? '';
  return name + quote + MASK;
}
