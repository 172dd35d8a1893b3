/** Values that hold a credential, as data: in fields, pairs, entries, headers and maps. */
import { HEX, LETTERS, PASSWORD, word } from './made-up.ts';

/** The name of the case, the value, and the secret in it. */
type Row = readonly [what: string, value: unknown, secret?: string];

const ROWS: readonly Row[] = [
  ['a pair of name and value', { name: 'DB_PASSWORD', value: LETTERS }],
  ['a label and its value', { label: 'password', value: LETTERS }],
  ['a patch of JSON', { op: 'replace', path: '/password', value: LETTERS }],
  ['a title and its text', { title: 'Password', text: LETTERS }],
  ['a name with an empty index', { 'tokens[]': LETTERS }],
  ['a pair of key and value', { key: 'clientSecret', value: LETTERS }],
  ['a pair in capitals', { Name: 'DbPass', Value: LETTERS }],
  ['a pair whose value comes first', { value: LETTERS, name: 'API_KEY' }],
  ['a tag', { Key: 'admin-password', Value: LETTERS }],
  ['a parameter of CloudFormation', { ParameterKey: 'DbPassword', ParameterValue: LETTERS }],
  ['a parameter of SSM', { Name: '/prod/db/password', Type: 'String', Value: LETTERS }],
  ['a secure parameter of SSM, whatever its name', { Name: '/prod/x', Type: 'SecureString', Value: LETTERS }],
  ['a secret of Secrets Manager', { Name: 'prod/db', SecretString: LETTERS }],
  ['a header as a pair', { name: 'Authorization', value: `Bearer ${LETTERS}` }],
  ['a header of CloudFront', { 'x-api-key': [{ key: 'X-Api-Key', value: LETTERS }] }],
  ['a variable with a list', { name: 'DB_PASSWORD', values: [LETTERS] }],
  ['a variable with a number', { name: 'password', value: 12_345_678 }, '12345678'],
  ['a field of a form', { field: 'password', value: LETTERS }],
  ['a header field', { header: 'x-auth-token', value: LETTERS }],
  ['an attribute', { attribute: 'userPassword', value: LETTERS }],
  ['an entry', ['DB_PASSWORD', LETTERS]],
  [
    'entries',
    [
      ['user', 'ada'],
      ['password', LETTERS],
    ],
  ],
  ['entries of headers', [...new Headers({ accept: '*/*', 'x-api-key': LETTERS })]],
  ['entries of a Map', [...new Map([['password', LETTERS]])]],
  ['an entry with an object', [['credentials', { user: 'ada', pass: LETTERS }]]],
  ['headers', new Headers({ authorization: `Bearer ${LETTERS}` })],
  ['a Map', new Map([['password', LETTERS]])],
  ['a Set', new Set([LETTERS])],
  ['a query', new URLSearchParams({ password: LETTERS })],
  ['a Map with a form of its own', Object.assign(new Map(), { toJSON: () => [['dbPass', LETTERS]] })],
  ['a URL', new URL(`https://ada:${LETTERS}@a.test/?token=${HEX}`)],
  ['raw headers', { rawHeaders: ['Accept', '*/*', 'X-Api-Key', LETTERS] }],
  ['arguments', ['tool', '--password', LETTERS]],
  ['arguments of curl', ['curl', '-u', `ada:${LETTERS}`]],
  ['arguments with an equals sign', ['tool', `--db-pass=${LETTERS}`]],
  ['a list of settings', [`DB_PASSWORD=${LETTERS}`]],
  ['an object under a secret name', { credentials: { user: 'ada', pass: LETTERS } }],
  ['a list under a secret name', { tokens: [LETTERS] }],
  ['an item of DynamoDB', { password: { S: LETTERS } }],
  ['a form of its own under a secret name', { password: { toJSON: () => LETTERS } }],
  ['an object of its own form under a secret name', { password: { toJSON: () => ({ as: LETTERS }) } }],
  ['a number under a secret name', { password: 12_345_678 }, '12345678'],
  ['a large number under a secret name', { otp: 123_456n }, '123456'],
  ['text of JSON', { body: JSON.stringify({ name: 'DB_PASSWORD', value: LETTERS }) }],
  ['text of JSON in text of JSON', JSON.stringify(JSON.stringify({ dbPass: LETTERS }))],
  ['a request of axios', { config: { auth: { username: 'ada', password: LETTERS } } }],
  ['a request with headers', { headers: { Authorization: `Token ${LETTERS}` } }],
  ['a cookie', { headers: { cookie: `sid=${LETTERS}` } }],
  ['a private JSON web key', { kty: 'EC', crv: 'P-256', d: word(43) }, word(43)],
  ['a field that is the secret', { [`https://ada:${LETTERS}@a.test`]: 1 }],
  ['a field in a class', Object.assign(new (class Client {})(), { apiKeyV2: LETTERS })],
  ['a name with a colour code', { 'pass\u001b[1mword\u001b[0m': LETTERS }],
  ['a name with a hidden character', { 'client\u200bSecret': LETTERS }],
  ['a name with half of a surrogate pair', { 'client\ud800Secret': LETTERS }],
  ['a pair whose name is coloured', { name: '\u001b[1mDB_PASSWORD\u001b[0m', value: LETTERS }],
  ['a secret beside a password', { 'db.password': PASSWORD, user: 'ada' }, PASSWORD],
];

/** Every value that holds a secret. */
export const LEAKING_VALUES: readonly { readonly what: string; readonly value: unknown; readonly secret: string }[] =
  ROWS.map(([what, value, secret = LETTERS]) => ({ what, value, secret }));
