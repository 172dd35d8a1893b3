/**
 * Texts that give away a credential, as errors, answers and settings hold them, and texts that only look like it.
 * Nothing here is anybody's: every credential is put together from made-up pieces, so that no scanner takes it for a
 * real one.
 */

/** A text and the credentials in it, none of which may leave the process. */
export interface Leak {
  readonly what: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

const PASSWORD = 'hunter2-Correct.Horse';
const AWS_ID = `AK${'IA'}QWERTYUIOPASDF12`;
const AWS_KEY = `wJalr${'XUtn'}FEMI/K7MDENG+bPxRfiCYzzEXAMPLEK`;
const SESSION = `IQoJb3JpZ2lu${'X2VjEJr'.repeat(12)}==`;
const HEX = '0123456789abcdef'.repeat(2);
const WORD = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8';
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.');
const BASE64 = Buffer.from(`ada:${PASSWORD}`).toString('base64');
const PEM_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj';
const PEM = ['-----BEGIN PRIVATE KEY-----', PEM_BODY, `${PEM_BODY}x`, '-----END PRIVATE KEY-----'];

function leak(what: string, text: string, ...secrets: readonly string[]): Leak {
  return { what, text, secrets: secrets.length === 0 ? [PASSWORD] : secrets };
}

const AWS: readonly Leak[] = [
  leak('an AWS key id', `The key ${AWS_ID} is not known`, AWS_ID),
  leak('an AWS key id with its key', `${AWS_ID},${AWS_KEY}`, AWS_ID, AWS_KEY),
  leak('an AWS key in a profile', `aws_access_key_id = ${AWS_ID}\naws_secret_access_key=${AWS_KEY}`, AWS_ID, AWS_KEY),
  leak('an AWS key in the environment', `AWS_SECRET_ACCESS_KEY=${AWS_KEY} node x.js`, AWS_KEY),
  leak(
    'credentials as STS gives them',
    `{"Credentials":{"AccessKeyId":"${AWS_ID}","SecretAccessKey":"${AWS_KEY}","SessionToken":"${SESSION}"}}`,
    AWS_ID,
    AWS_KEY,
    SESSION,
  ),
  leak(
    'credentials as STS gives them in XML',
    `<Credentials><SecretAccessKey>${AWS_KEY}</SecretAccessKey><SessionToken>${SESSION}</SessionToken></Credentials>`,
    AWS_KEY,
    SESSION,
  ),
  leak(
    'credentials as Node prints them',
    `{\n  secretAccessKey: '${AWS_KEY}',\n  sessionToken: '${SESSION}'\n}`,
    AWS_KEY,
    SESSION,
  ),
  leak('a session token on its own', `expired: ${SESSION}`, SESSION),
  leak(
    'a signed request',
    `AWS4-HMAC-SHA256 Credential=${AWS_ID}/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${HEX}${HEX}`,
    AWS_ID,
    HEX,
  ),
  leak(
    'an authorization header with a signature',
    `authorization: AWS4-HMAC-SHA256 Credential=${AWS_ID}/x, Signature=${HEX}`,
    AWS_ID,
    HEX,
  ),
  leak(
    'a signed URL',
    `https://b.s3.amazonaws.com/o?X-Amz-Credential=${AWS_ID}%2F2026&X-Amz-Security-Token=${WORD}&X-Amz-Signature=${HEX}`,
    AWS_ID,
    WORD,
    HEX,
  ),
];

const HTTP: readonly Leak[] = [
  leak('a URL with user and password', `GET https://ada:${PASSWORD}@db.test/x failed`),
  leak('a URL with signs that should have been escaped', `redis://:p@ss/${PASSWORD}?#@cache:6379/0 refused`),
  leak('a URL inside JSON', `{"url":"https:\\/\\/ada:${PASSWORD}@db.test\\/x"}`),
  leak('a URL inside a URL', `https://login.test/?next=https%3A%2F%2Fada%3A${PASSWORD}%40db.test%2F`),
  leak('user and password without a scheme', `dial ada:${PASSWORD}@tcp(db.test:3306)/x`),
  leak('user and password before a host', `ada:${PASSWORD}@db.test:5432 refused`),
  leak('a bearer token', `sent Bearer ${WORD}`, WORD),
  leak('a bearer token of small letters', 'Authorization=Bearer qwertyuiopasdfgh', 'qwertyuiopasdfgh'),
  leak('a bearer token without its header', 'rejected: Bearer qwertyuiopasdfgh', 'qwertyuiopasdfgh'),
  leak('basic authorization', `Authorization: Basic ${BASE64}`, BASE64),
  leak('basic authorization without its header', `sent Basic ${BASE64} twice`, BASE64),
  leak('digest authorization', `Digest username="ada", realm="x", response="${HEX}"`, HEX),
  leak('a proxy authorization', `Proxy-Authorization: Negotiate ${WORD}`, WORD),
  leak('a header in JSON', `{"headers":{"Authorization":"Token ${WORD}","n":1}}`, WORD),
  leak('a header in JSON inside JSON', `{"body":"{\\"Authorization\\":\\"Token ${WORD}\\"}"}`, WORD),
  leak(
    'headers as Node lists them',
    `rawHeaders: [ 'Authorization', 'Token ${WORD}', 'x-api-key', '${HEX}' ]`,
    WORD,
    HEX,
  ),
  leak('an API key as header', `X-Api-Key: ${WORD}`, WORD),
  leak('a cookie', `Cookie: sid=${WORD}; theme=dark`, WORD),
  leak('cookies in a list', `'set-cookie': [\n    'sid=${WORD}; Path=/',\n    'x=${HEX}'\n  ]`, WORD, HEX),
  leak('a session id', `PHPSESSID ok, session_id=${WORD}`, WORD),
  leak('a query parameter', `GET /x?page=2&api_key=${WORD}&n=1`, WORD),
  leak('an authorization code', `GET /callback?code=${WORD}&state=1`, WORD),
  leak('a signed URL of Azure', `https://a.blob.core.windows.net/c?sv=2024&sig=${WORD}%3D&se=2027`, WORD),
  leak(
    'a signed URL of Google',
    `https://storage.googleapis.com/b/o?X-Goog-Credential=${WORD}&X-Goog-Signature=${HEX}`,
    WORD,
    HEX,
  ),
  leak('a signed URL of CloudFront', `https://d1.cloudfront.net/x?Policy=e&Signature=${WORD}__&Key-Pair-Id=K1`, WORD),
  leak('a webhook', `POST https://hooks.slack.com/services/T00000000/B00000000/${WORD}`, WORD),
];

const TOKENS: readonly Leak[] = [
  ...[
    ['GitHub', `gh${'p_'}${WORD}`],
    ['GitHub, fine-grained', `github_${'pat_'}${WORD}_${WORD}`],
    ['GitLab', `gl${'pat-'}${WORD.slice(0, 20)}`],
    ['Slack', `xo${'xb-'}123456789012-${WORD}`],
    ['Stripe', `sk_${'live_'}${WORD}`],
    ['OpenAI', `sk-${'proj-'}${WORD}`],
    ['npm', `npm${'_'}${WORD}`],
    ['Google', `AI${'za'}${WORD.slice(0, 35)}`],
    ['Google, short-lived', `ya29${'.'}${WORD}`],
    ['SendGrid', `SG${'.'}${WORD.slice(0, 22)}.${WORD}`],
    ['Hugging Face', `hf${'_'}${WORD}`],
    ['Vault', `hvs${'.'}${WORD}`],
    ['Telegram', `123456789${':AA'}${WORD.slice(0, 33)}`],
    ['the web', JWT],
  ].map(([whose = '', token = '']) => leak(`a token of ${whose}`, `401 for ${token}, try again`, token)),
  leak('a private key', `bad key ${PEM.join('\n')} given`, PEM_BODY),
  leak('a private key in JSON', `{"private_key":"${PEM.join('\\n')}\\n"}`, PEM_BODY),
  leak('a private key that was cut off', `bad key ${PEM.slice(0, 2).join('\n')}`, PEM_BODY),
  leak('a private key of SSH', `-----BEGIN OPENSSH PRIVATE KEY-----\n${PEM_BODY}`, PEM_BODY),
];

const FIELDS: readonly Leak[] = [
  leak('a connection string of PostgreSQL', `postgres://ada:${PASSWORD}@db.test:5432/x?sslmode=require`),
  leak('one of MongoDB', `mongodb+srv://ada:${PASSWORD}@cluster0.test/?retryWrites=true`),
  leak('one of AMQP', `amqps://ada:${PASSWORD}@mq.test:5671/vhost`),
  leak('one of SQL Server', `Server=db.test,1433;User Id=ada;Password=${PASSWORD};Encrypt=True`),
  leak('one of Azure', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${WORD}==;EndpointSuffix=x`, WORD),
  leak('one of Azure, by shared access', `Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=${WORD}=`, WORD),
  leak('one of libpq', `host=db.test user=ada password=${PASSWORD} dbname=x`),
  leak('a password in JSON', `{"user":"ada","password":"${PASSWORD}","n":1}`),
  leak('a password with a quote in JSON', `{"password":"a\\"${PASSWORD}","n":1}`),
  leak(
    'a password with a quote in JSON inside JSON',
    `{"body":"{\\"password\\":\\"a\\\\\\"${PASSWORD}\\",\\"n\\":1}"}`,
  ),
  leak('a password in JSON that was cut off', `SyntaxError: {"password":"${PASSWORD}`),
  leak('a password in pretty JSON', `{\n  "password" :\n    "${PASSWORD}"\n}`),
  leak('a password URL-encoded', `user%3Dada%26password%3D${PASSWORD}%26x%3D1`),
  leak('a password in JSON URL-encoded', `%7B%22password%22%3A%22${PASSWORD}%22%7D`),
  leak('a password in HTML', `{&quot;password&quot;:&quot;${PASSWORD}&quot;}`),
  leak('a password in a form', `user=ada&user[password]=${PASSWORD}&x=1`),
  leak('a password in YAML', `db:\n  password: |\n    ${PASSWORD}\n  host: x`),
  leak('a password in the environment', `DB_PASS=${PASSWORD} PGPASSWORD=${PASSWORD} MYSQL_PWD=${PASSWORD}`),
  leak('a password in Ruby', `{:password=>"${PASSWORD}"}`),
  leak('a password as an argument', `Command failed: mysql --user ada --password ${PASSWORD} -h db`),
  leak('a password among arguments', `spawnargs: [ '--password', '${PASSWORD}' ]`),
  leak('a password for curl', `Command failed: curl -u ada:${PASSWORD} https://x.test`),
  leak('a password in quotes', `password '${PASSWORD}' was refused`),
  leak('tokens in a list', `{"tokens":["${WORD}","${HEX}"]}`, WORD, HEX),
  leak('a client secret', `client_secret=${WORD}&grant_type=x`, WORD),
];

/** Every leak. */
export const LEAKS: readonly Leak[] = [...AWS, ...HTTP, ...TOKENS, ...FIELDS];

/** Texts that tell no credential: a person needs them as they are. */
export const HARMLESS: readonly string[] = [
  'the tokenizer of the passwordless login page ignores the keyboard design',
  'tokenizer: bert; passwordless: yes; secretary: Bob; author: Ann; design=3; assign: x; monkey: y',
  'password authentication failed for user "ada"',
  'Unexpected token } in JSON at position 3',
  `Unexpected token '<', "<!DOCTYPE "... is not valid JSON`,
  'TokenExpiredError: jwt expired',
  'InvalidTokenError: The token was issued for another audience',
  'CredentialsProviderError: Could not load credentials from any providers',
  'ExpiredTokenException: The security token included in the request is expired',
  'UnrecognizedClientException: The security token included in the request is invalid.',
  'Bearer authentication is required; basic functionality and Basic auth are not',
  'Basic understanding: bearer tokens are sent in a header',
  '{"tokenCount":12,"token_type":"bearer","secretName":"prod/db","tokens":128,"hasPassword":true,"token":null}',
  'tests: 12 pass: 10 fail: 2',
  'GET https://registry.test:4873/@scope/name?page=2 answered 503',
  'mail to ada@example.test or contact:bob@example.test bounced',
  'connect ECONNREFUSED 127.0.0.1:8000',
  'npm error code E404 for npm_config_registry and npm_lifecycle_event',
  'commit 0123456789abcdef0123456789abcdef01234567 of risk-assessment-of-2026',
  'User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: dynamodb:GetItem on resource: z',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'at 2026-11-22T05:43:56.000Z run 12 for key "sweep" took 3.5s; host: a.test, port: 5432, user: ada',
  'The public key and the sort key are partition keys; the key: pk, sk',
];
