/**
 * Masks credentials that are recognised by the text around them: in URLs, headers (`Bearer x`), XML, commands and
 * lists. Each pattern takes time in proportion to the length of the text, also for hostile texts: repetitions before
 * and after a match have a limit.
 */
import { MASK } from './bounds.ts';
import { secrecyOf } from './secret-names.ts';
import { mayBeSecret } from './secret-values.ts';

type Replacement = string | ((match: string, ...groups: string[]) => string);

/**
 * A rule of `mask`: a pattern, the replacement of its matches, and a string that every matching text contains. The
 * pattern is tried only in texts with this string.
 */
export type Masked = readonly [pattern: RegExp, replacement: Replacement, needs: string];

/**
 * Hosts in whose URLs the path is a credential, each with a pattern of the beginning of the path, which is not masked.
 */
const HOSTS: readonly (readonly [host: string, path: string])[] = [
  ['hooks.slack.com', '\\w{1,20}'],
  ['discord.com', 'api/(?:v\\d{1,2}/)?webhooks'],
  ['discordapp.com', 'api/(?:v\\d{1,2}/)?webhooks'],
  ['open.feishu.cn', 'open-apis/bot/v2/hook'],
  ['open.larksuite.com', 'open-apis/bot/v2/hook'],
  ['events.pagerduty.com', 'integration'],
  ['cronitor.link', 'p'],
  ['.office.com', 'webhook\\w{0,3}'],
  ['hooks.zapier.com', 'hooks/\\w{1,20}'],
  ['maker.ifttt.com', '(?:trigger/[^\\s/]{1,100}/)?(?:json/)?(?:with/key|use)'],
  ['hc-ping.com', ''],
  ['.infura.io', '(?:ws/)?v3'],
  ['.alchemy.com', 'v2'],
  ['.alchemyapi.io', 'v2'],
  ['betterstack.com', 'api/v1/heartbeat'],
];

const IN_URLS: readonly Masked[] = [
  // Matches user and password in a URL: plain; URL-encoded; without a scheme (`user:password@host/`); in an Oracle URL
  // of JDBC.
  [
    /((?<=[a-z\d]):(?:\\{0,3}\/){2})(?:[^\s/?#"':]{0,200}:(?!\d{1,5}(?:[/?#]|$))(?:(?!:\/\/)[^\s"']){1,1000}|[^\s/?#"']{1,1000})@/gi,
    `$1${MASK}@`,
    '@',
  ],
  [/((?:%3A|:)(?:%2F){2})(?:(?!%2F|%3F|%40)[^\s&"'@]){1,500}(%40|@)/gi, `$1${MASK}$2`, '%'],
  [
    /(?<![\w/.:@-])([\w.-]{1,64}:)[^\s:@/"'(){}]{1,200}@(?=(?:tcp|unix)\(|[\w.-]{1,100}(?::\d{2,5}\b|\/))/g,
    `$1${MASK}@`,
    '@',
  ],
  [/(\bjdbc:oracle:\w{1,10}:[^\s/@"']{1,100}\/)[^\s/@"']{1,200}@/gi, `$1${MASK}@`, '@'],
  ...HOSTS.map(
    ([host, path]): Masked => [
      new RegExp(`(${host.replaceAll('.', '\\.')}/${path === '' ? '' : `${path}/`})[^\\s"'<>?]+`, 'g'),
      `$1${MASK}`,
      host,
    ],
  ),
];

/**
 * Matches credentials after an authentication scheme (`Bearer x`). After a scheme such as `Basic`, an ordinary word is
 * not masked.
 */
const SCHEMES: readonly Masked[] = [
  [
    /\b(Bearer(?:\s|%20|\+){1,3})(?!(?:auth\w{0,20}|tokens?|scheme|headers?|challenge|credentials?|access|realm)(?![\w-])|-)[\w.~+/=-]{6,}/gi,
    `$1${MASK}`,
    '',
  ],
  [
    /\b((?:[Bb]asic|BASIC|Negotiate|NTLM|SSWS|GenieKey|ApiKey|Splunk|DPoP)(?:\s|%20|\+){1,3})(?=[\w+/-]{0,1000}(?:\d|[a-z][A-Z]|=))[\w+/-]{6,}={0,2}/g,
    `$1${MASK}`,
    '',
  ],
  [/\b(Digest\s{1,3}username=)[^\r\n]+/gi, `$1${MASK}`, 'username='],
];

const IN_MARKUP: readonly Masked[] = [
  [
    /(<(?:\w{1,20}:)?([A-Za-z_][\w.-]{0,100})(?:\s[^<>]{0,200})?>(?:<!\[CDATA\[)?)(?!\*\*\*)([^<]+?)(?=\]{0,2}>?<[/!]|\]{0,2}$)/g,
    valueOfName,
    '<',
  ],
  // Matches an XML element whose attribute names the value: `<entry key="password">x</entry>`.
  [
    /(<\w{1,40}\s[^<>]{0,100}?(?:name|key)=["']([^"'<>]{1,100})["'][^<>]{0,100}>)(?!\*\*\*)([^<]+)(?=<\/|$)/gi,
    valueOfName,
    '<',
  ],
  // Matches a part of a `multipart/form-data` body: a header with the name, an empty line, the value.
  [
    /(\bname=["']([^"'\r\n]{1,100})["']\r?\n(?:[\w-]{1,40}:[^\r\n]{0,200}\r?\n){0,3}\r?\n)([^\r\n]+)/gi,
    valueOfName,
    'form-data',
  ],
];

const IN_COMMANDS: readonly Masked[] = [
  [/(-(?<![\w-]-)-?([A-Za-z][\w.-]{0,100})\s{1,5}["']?)(?![-*])((?<=["'])[^"'\r\n]+|[^\s"']\S*)/g, valueOfName, '-'],
  [
    /((?<![\w-])-(?:[uU](?:\s{1,5}|=)?|-(?:proxy-)?user(?:\s{1,5}|=))["']?[^\s:"'/=-][^\s:"'/=]{0,99}:)(?!\/\/)[^\s"']+/g,
    `$1${MASK}`,
    '-',
  ],
  [/(\b(?:mysql|mysqldump|mysqladmin|mariadb)\s(?:[^\r\n]{0,300}?\s)?-p)[^\s"'=]+/g, `$1${MASK}`, ' -p'],
  [
    /(\b(?:sshpass|docker\s{1,3}login|podman\s{1,3}login|helm\s[a-z ]{1,20}login)\s(?:[^\r\n]{0,200}?\s)?-p\s{0,3})[^\s"']+/g,
    `$1${MASK}`,
    ' -p',
  ],
  [/(\bredis-cli\s(?:[^\r\n]{0,200}?\s)?-a\s{1,3})[^\s"']+/g, `$1${MASK}`, 'redis-cli'],
  [/(-pass(?:in|out|)\s{1,3}pass:)[^\s"']+/g, `$1${MASK}`, 'pass:'],
  [/(\b(?:requirepass|masterauth)\s{1,3})[^\s"']+/g, `$1${MASK}`, ''],
  [/(\blogin\s{1,5}\S{1,100}\s{1,5}password\s{1,5})\S+/g, `$1${MASK}`, 'login'],
  [
    /(\bIDENTIFIED\s{1,3}(?:WITH\s{1,3}\S{1,40}\s{1,3})?BY\s{1,3}(?:PASSWORD\s{1,3})?["'])[^"'\r\n]+/gi,
    `$1${MASK}`,
    '',
  ],
  // Matches a quoted value after a word: `password is "x"`.
  [
    /\b((?:password|passphrase|secret|api[- ]key)(?: is)?:? )(?:(")(?!\*\*\*)(?:\\[^\r\n]|""|[^"\\\r\n])+|(')(?!\*\*\*)(?:\\[^\r\n]|''|[^'\\\r\n])+|(`)(?!\*\*\*)(?:\\[^\r\n]|[^`\\\r\n])+)/gi,
    (_match, lead, double = '', single = '', back = '') => `${lead}${double || single || back}${MASK}`,
    ' ',
  ],
];

const IN_LISTS: readonly Masked[] = [
  // Matches an option and its value in a list of arguments: `["--token", "x"]`. The second pattern matches the name and
  // the value of a header in a list.
  [/((["'])(--?[A-Za-z][\w-]{0,80})\2\s{0,5},\s{0,5}["'])([^"'\r\n]+)/g, valueInList, '-'],
  [
    /((["'])([A-Za-z]{1,40}-[A-Za-z-]{1,60}|authorization|cookie)\2\s{0,5},\s{0,5}["'])([^"'\r\n]+)/gi,
    valueInList,
    ',',
  ],
  // Matches the private fields of a JSON web key (JWK).
  [/((["'])(?:d|p|q|dp|dq|qi|k)\2\s{0,5}:\s{0,5}["'])[\w-]{22,}/g, `$1${MASK}`, 'kty'],
  // Matches a list of a name and its value: `["password", "x"]`. Two plain words, as in `["password", "email"]`, may
  // both be names, and are masked only inside another list.
  [
    /([[,]\s{0,20}\[\s{0,20}(["'])([\w.-]{1,100})\2\s{0,5},\s{0,20}["'])([^"'\r\n]+)(?=["']\s{0,20}\])/g,
    valueInList,
    ']',
  ],
  [/(\[\s{0,20}(["'])([\w.-]{1,100})\2\s{0,5},\s{0,20}["'])([^"'\r\n]+)(?=["']\s{0,20}\])/g, valueInEntry, ']'],
];

/** The rules of this file, in the order in which `mask` applies them. */
export const SURROUNDED: readonly Masked[] = [...IN_URLS, ...SCHEMES, ...IN_MARKUP, ...IN_COMMANDS, ...IN_LISTS];

function valueOfName(match: string, lead = '', name = '', value = ''): string {
  const secrecy = secrecyOf(name);
  const isSecret = secrecy !== undefined && mayBeSecret({ name, secrecy, value, isWhole: true });
  return isSecret ? `${lead}${MASK}${match.slice(lead.length + value.length)}` : match;
}

function valueInList(match: string, lead = '', _quote = '', name = '', value = ''): string {
  return valueOfName(match, lead, name, value);
}

function valueInEntry(match: string, lead = '', quote = '', name = '', value = ''): string {
  return isEntry(name, value) ? valueInList(match, lead, quote, name, value) : match;
}

/**
 * Whether two neighbouring texts in a list may be a name and its value. Two plain words, as in `["password", "email"]`,
 * are two names.
 */
export function isEntry(name: string, value: string): boolean {
  return !/^[a-z]+$/.test(name) || !/^[A-Za-z_]+$/.test(value);
}
