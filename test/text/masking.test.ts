/** No credential leaves the process, and text that only resembles one stays readable. */
import { describe, expect, it } from 'vitest';
import { mask, toBoundedJson } from '../../lib/text/index.ts';
import { HARMLESS_TEXTS, HARMLESS_VALUES } from './masking/harmless.ts';
import { LEAKING_TEXTS } from './masking/leaking-texts.ts';
import { LEAKING_VALUES } from './masking/leaking-values.ts';
import { KEYS, VENDOR_TOKENS } from './masking/vendor-tokens.ts';

/** The same token in the places where errors have one. */
const PLACES: readonly (readonly [where: string, around: (token: string) => string])[] = [
  ['alone', (token) => token],
  ['in a sentence', (token) => `401 for ${token}, try again`],
  ['in quotes', (token) => `{"x":"${token}","n":1}`],
  ['in a path', (token) => `GET /v1/${token}/x`],
  ['in a query', (token) => `GET /v1?x=${token}&y=1`],
];

describe('a token in the form that its vendor documents', () => {
  it.each(VENDOR_TOKENS)('is masked wherever it stands: $whose', ({ token }) => {
    const shown = PLACES.filter(([, around]) => mask(around(token)).includes(token.slice(-12)));

    expect(shown.map(([where]) => where)).toEqual([]);
  });

  it.each(VENDOR_TOKENS)('leaves the text around it readable: $whose', ({ token }) => {
    expect(mask(`before ${token} after`)).toMatch(/^before \S*\*\*\*\S* after$|^before SSWS \*\*\* after$/);
  });

  it.each(KEYS)('is masked as a key too: $what', ({ text, secret }) => {
    expect(text).toContain(secret);
    expect(mask(text)).not.toContain(secret);
  });
});

describe('a text that gives a credential away by what stands around it', () => {
  it.each(LEAKING_TEXTS)('is masked: $what', ({ text, secret }) => {
    expect(text).toContain(secret);
    expect(mask(text)).not.toContain(secret);
  });

  it.each(LEAKING_TEXTS)('is left as it is when it is masked again: $what', ({ text }) => {
    const masked = mask(text);

    expect(mask(masked)).toBe(masked);
  });

  it.each([
    ['{"user":"ada","dbPass":"x y","n":1}', '{"user":"ada","dbPass":"***","n":1}'],
    ['{"name":"DB_PASSWORD","value":"x","type":"text"}', '{"name":"DB_PASSWORD","value":"***","type":"text"}'],
    ['n=1\nclientSecret=abc\nm=2', 'n=1\nclientSecret=***\nm=2'],
    ['GET /bot123456789:AAabcdefghijklmnopqrstuvwxyz0123456/sendMessage', 'GET /bot***/sendMessage'],
    ['Authorization: Bearer abcdef123, status: 500', 'Authorization: ***, status: 500'],
    ['{ authorization: "Bearer x y", accept: "a" }', '{ authorization: "***", accept: "a" }'],
    ['tool --password x --user ada', 'tool --password *** --user ada'],
    ['<password>x</password><user>ada</user>', '<password>***</password><user>ada</user>'],
    ['tokens=["a","b"]', 'tokens=***'],
    ['tokens={"a":"x1"} ok', 'tokens=*** ok'],
    ['"secrets": {"db":"hunter2","n":5}, "b": 1', '"secrets": ***, "b": 1'],
    ['{"secret":{"a":{"b":{"c":"x"}}},"d":"e"}', '{"secret":***,"d":"e"}'],
    ["passwords={'db': 'hunter2'} ok", 'passwords=*** ok'],
    ['token={a:{b:"x"}} ok', 'token=*** ok'],
    ['secret={"a":"x', 'secret=***'],
    ['{"tokens":["a1","b2"],"n":1}', '{"tokens":***,"n":1}'],
    ["passwords: [\n  'a1',\n  'b2'\n]\nn: 1", 'passwords: ***\nn: 1'],
    ['secrets=[["a1"],["b2"]] n=1', 'secrets=*** n=1'],
    ["passwords=('a1', 'b2'), n=1", 'passwords=***, n=1'],
    ['(tokens=["a1"]), n=1', '(tokens=***), n=1'],
    ['[tokens=["a1"]] n=1', '[tokens=***] n=1'],
    ['\u001b[31mpassword\u001b[0m=\u001b[32mx1y\u001b[0m n=\u001b[1m1\u001b[0m', 'password=*** n=1'],
    ['[["user","ada"],["password","x"]]', '[["user","ada"],["password","***"]]'],
  ])('keeps its siblings readable: %s', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});

describe('a text that only resembles one with a credential', () => {
  it.each(HARMLESS_TEXTS)('stays as it is: %s', (text) => {
    expect(mask(text)).toBe(text);
  });
});

describe('a value', () => {
  it.each(LEAKING_VALUES)('leaves without the credential in it: $what', ({ value, secret }) => {
    expect(JSON.stringify(toBoundedJson(value))).not.toContain(secret);
  });

  it.each(HARMLESS_VALUES)('stays as it is where it only resembles one: %s', (_, value) => {
    expect(toBoundedJson(value)).toEqual(value);
  });

  it('keeps the siblings of a credential readable', () => {
    expect(
      toBoundedJson({
        pair: { name: 'DB_PASSWORD', value: 'swordfish', type: 'text' },
        parameter: { Name: '/prod/x', Type: 'SecureString', Value: 'swordfish', Version: 3 },
        entries: [
          ['user', 'ada'],
          ['password', 'swordfish'],
        ],
        token: { type: 'bearer', value: 'swordfish', expiresAt: '2026-11-29T00:00:00Z' },
        args: ['tool', '--password', 'swordfish', '--user', 'ada'],
        headers: { accept: '*/*', 'X-ApiKey': 'swordfish' },
      }),
    ).toEqual({
      pair: { name: 'DB_PASSWORD', value: '***', type: 'text' },
      parameter: { Name: '/prod/x', Type: 'SecureString', Value: '***', Version: 3 },
      entries: [
        ['user', 'ada'],
        ['password', '***'],
      ],
      token: { type: 'bearer', value: '***', expiresAt: '2026-11-29T00:00:00Z' },
      args: ['tool', '--password', '***', '--user', 'ada'],
      headers: { accept: '*/*', 'X-ApiKey': '***' },
    });
  });
});

it('is tried on at least 150 forms that must not leave and 100 that must stay', () => {
  expect(VENDOR_TOKENS.length + KEYS.length + LEAKING_TEXTS.length + LEAKING_VALUES.length).toBeGreaterThan(400);
  expect(HARMLESS_TEXTS.length + HARMLESS_VALUES.length).toBeGreaterThan(120);
});
