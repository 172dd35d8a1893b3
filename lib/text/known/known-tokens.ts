/**
 * Masks tokens that are recognised by their format, such as a vendor's prefix. Each pattern takes time in proportion to
 * the length of the text: a repetition without a limit is only at the end of a pattern.
 */
import { MASK } from '../bounds.ts';
import type { Masked } from '../credentials.ts';

/** Prefixes of tokens, each with the pattern of the rest of the token. */
const PREFIXED: readonly (readonly [prefixes: string, body: string])[] = [
  // Tokens of AWS: session tokens, and API keys of Bedrock.
  ['IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz', '[\\w/+=%-]{20,}'],
  ['ABSK', '[A-Za-z\\d+/]{40,}=*'],
  ['bedrock-api-key-', '[\\w+/=-]{20,}'],
  // Tokens of other clouds: Google, Alibaba, Tencent, Yandex, Cloudflare, Scaleway and more.
  ['AIza', '[\\w-]{35}'],
  ['GOCSPX-|ya29\\.|1//0', '[\\w-]{20,}'],
  ['LTAI', '[A-Za-z\\d]{12,26}(?![A-Za-z\\d])'],
  ['AKID', '[A-Za-z\\d]{32}'],
  ['AQVN', '[\\w-]{30,}'],
  ['v1\\.0-(?=[\\da-f]{24}-)', '[\\da-f-]{100,}'],
  ['SCW(?=[A-Z]{0,16}\\d)', '[A-Z\\d]{17}(?![A-Za-z\\d])'],
  ['HRKU-|sdk-(?=[\\da-f]{8}-)|api-(?=[\\da-f]{8}-)', '[\\w-]{30,}'],
  ['do[opr]_v1_|fm[12]_|fo1_|rnd_|nfp_|vc[pirak]_', '[\\w/+=-]{20,}'],
  // Tokens of services for code: GitHub, GitLab, npm, PyPI and more.
  ['gh[pousr]_|github_pat_', '\\w{16,}'],
  ['gl(?:pat|dt|rt|rtr|ptt|cbt|soat|agent|oas|ft|imt|ffct|wt)-', '[\\w.=-]{16,}'],
  ['GR1348941', '[\\w-]{16,}'],
  ['AT(?:AT|CT)T3', '[\\w=-]{20,}'],
  ['ATBB', '[A-Za-z\\d]{24,}'],
  ['npm_', '[A-Za-z\\d]{30,}'],
  ['pypi-', '[\\w-]{50,}'],
  ['rubygems_|CLOJARS_|sgp_|sq[upa]_|bku[as]_|ccipat_|CCIPAT_|CCIPRJ_|pnu_|pnb_', '\\w{20,}'],
  ['oy2', '[a-z\\d]{43}(?![a-z\\d])'],
  ['dckr_[po]at_', '[\\w-]{20,}'],
  ['pul-', '[\\da-f]{40}'],
  ['hv[sbr]\\.', '[\\w-]{20,}'],
  ['dp\\.(?:pt|st|ct|sa|scim|audit)\\.', '[\\w.-]{20,}'],
  ['PMAK-|figd_|figo_', '[\\w-]{20,}'],
  ['AGE-SECRET-KEY-1', '[A-Z\\d]{20,}'],
  ['AKCp', '[A-Za-z\\d]{60,}'],
  // Tokens of services for messages, tickets and notes: Slack, Linear, SendGrid and more.
  ['xox[a-z][-.]|xapp-', '[\\w.-]{16,}'],
  ['lin_(?:api|oauth)_|ntn_|tfp_|secret_(?=[A-Za-z]{0,40}\\d)', '\\w{30,}'],
  ['pat(?=[A-Za-z\\d]{14}\\.)', '[\\w.]{60,}'],
  ['pat-[a-z]{2}\\d-', '[\\da-f-]{30,}'],
  ['SK', '[\\da-f]{32}'],
  ['SG\\.(?=[\\w-]{16,64}\\.)', '[\\w.-]{32,}'],
  ['key-', '[\\da-f]{32}'],
  ['xkeysib-|xsmtpsib-', '[\\w-]{40,}'],
  ['re_(?=[A-Za-z\\d]{8}_)', '\\w{30,}'],
  ['mlsn\\.', '[\\da-f]{40,}'],
  ['EAA', '[A-Za-z\\d_-]{50,}'],
  // Tokens of payment services and shops: Stripe, Square, Shopify and more.
  ['[sr]k_(?:live|test|prod|org)_|wh?sec_|FLWSECK(?:_TEST)?-|rzp_(?:live|test)_', '[\\w.-]{14,}'],
  ['sk_(?=[\\da-f]{40})', '[\\da-f]{40,}'],
  ['sq0[a-z]{3}-|shp(?:at|ss|ca|pa|ua|rt)_', '[\\w-]{20,}'],
  ['access_token\\$', '\\w{1,20}\\$\\w{10,40}\\$\\w{20,}'],
  ['access-(?:sandbox|development|production)-', '[\\da-f-]{30,}'],
  ['EZ[AT]K', '[A-Za-z\\d]{50,}'],
  ['shippo_(?:live|test)_|duffel_(?:live|test)_', '[\\w-]{20,}'],
  // Tokens of services for AI: OpenAI, Hugging Face, Pinecone and more.
  ['sk-(?:proj|svcacct|admin|None|ant|or|lf)-', '[\\w-]{20,}'],
  ['sk-', '[A-Za-z\\d]{20,}'],
  ['hf_|gsk_|r8_|api_org_', '[A-Za-z\\d]{20,}'],
  ['xai-|pplx-', '\\w{40,}'],
  ['lsv2_|pcsk_|napi_|tvly-', '[\\w-]{20,}'],
  // Tokens of databases, monitoring and networks: Databricks, Grafana, Tailscale and more.
  ['dapi', '[\\da-f]{32}(?:-\\d)?'],
  ['pscale_(?:tkn|pw|oauth)_|sb_secret_|sbp_', '[\\w.-]{20,}'],
  ['glsa_|glc_|NR(?:AK|JS|II|AA|BR)-|sntry[su]_|phx_', '[\\w/+=-]{16,}'],
  ['dt0[a-z]\\d\\d\\.', '[A-Z\\d]{24}\\.[A-Z\\d]{20,}'],
  ['tskey-', '[\\w-]{20,}'],
  ['ops_eyJ|xprv', '[\\w+/=-]{40,}'],
  // The Base64 of the first line of a private key in a PEM file.
  [
    'LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFU|BQUklWQVR|BFQyBQUklWQVR|BPUEVOU1NIIFBSSVZBV|BFTkNSWVBURUQgUFJJVkFU|BEU0EgUFJJVkFU)',
    '[\\w+/=]{20,}',
  ],
];

const ALL_PREFIXED = PREFIXED.map(([prefixes, body]) => `(?:${prefixes})${body}`).join('|');

/** The rules of this file, in the order in which `mask` applies them. */
export const KNOWN_TOKENS: readonly Masked[] = [
  [
    /-----BEGIN(?:[A-Z ]|%20|\+){1,30}?PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----[\s\S]*?(?:-----END|$)/g,
    MASK,
    '-----BEGIN',
  ],
  [/(\bPrivate-Lines:\s{1,5})\d[\s\S]*?(?:$|\n(?=Private-MAC))/g, `$1${MASK}\n`, 'Private-Lines'],
  // The id of an AWS access key, with the secret key if it follows.
  [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b(?:[\s,:;|"'\\]{1,8}[A-Za-z0-9+/=]{27,44}(?![A-Za-z0-9+/=]))?/g, MASK, ''],
  [/(?<![A-Za-z0-9])eyJ[\w-]{10,2000}\.[\w-]{10,}(?:\.[\w-]*){0,3}/g, MASK, 'eyJ'],
  [new RegExp(`(?<![A-Za-z\\d])(?:${ALL_PREFIXED})`, 'g'), MASK, ''],
  // The token of a Telegram bot, also in a URL, where `bot` precedes it.
  [/((?<![A-Za-z\d])bot|(?<![\w-]))\d{5,12}(?::|%3A)(?=[A-Z_a-z-]{0,33}\d)[\w-]{34,36}(?![\w-])/gi, `$1${MASK}`, ''],
  // Tokens without a fixed prefix: Asana, Mailchimp, New Relic, Azure, Azure DevOps, Terraform, Discord.
  [/(?<!\w)[012]\/\d{13,19}(?::|%3A|\/\d{13,19}:)[\da-f]{32}/g, MASK, ''],
  [/(?<![\w-])[\da-f]{32}-us\d{1,2}(?!\w)/g, MASK, '-us'],
  [/(?<![\w-])[\da-f]{36}NRAL(?!\w)/g, MASK, 'NRAL'],
  [/(?<![\w~.-])[\w~.-]{3,4}\dQ~[\w~.-]{31,40}/g, MASK, 'Q~'],
  [/(?<![A-Za-z\d])[A-Za-z\d]{72,80}AZDO[A-Za-z\d]{4}/g, MASK, 'AZDO'],
  [/(?<![A-Za-z\d])[A-Za-z\d]{14}\.atlasv1\.[\w-]{40,}/g, MASK, '.atlasv1.'],
  [/(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g, MASK, '.'],
  // Hashes of passwords, such as those of LDAP and of crypt.
  [/\{(?:S?SHA\d{0,3}|S?MD5|CRYPT)\}[\w./+=$-]{20,}/g, MASK, '}'],
  [/\$(?:apr1|1|2[abxy]?|5|6|y|argon2\w{1,2}|scrypt|pbkdf2[\w-]{0,10})\$[\w./$,=+-]{20,}/g, MASK, '$'],
];
