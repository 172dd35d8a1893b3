/** What may be shown of a text that came from elsewhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, mask } from '../../lib/text/index.ts';

describe('masking', () => {
  it.each([
    ['user and password in a URL', 'postgres://me:hunter2@db/x', 'postgres://***@db/x'],
    ['a password with signs that a URL should have escaped', 'redis://:p@s#s?@cache', 'redis://***@cache'],
    ['a user alone', 'https://me@example.test/?mail=a@b.test', 'https://***@example.test/?mail=a@b.test'],
    ['query parameters', 'GET /x?api_key=abc&page=2&sig=d#f', 'GET /x?api_key=***&page=2&sig=***#f'],
    ['a signed URL', '?X-Amz-Signature=ab12&X-Amz-Date=1&sig=q%3D', '?X-Amz-Signature=***&X-Amz-Date=1&sig=***'],
    ['a bearer token', 'sent Bearer abc.def-123 to it', 'sent Bearer *** to it'],
    ['an authorization header', 'Authorization: Digest username="me", response="f00"', 'Authorization: ***'],
    ['a header in JSON', '{"Authorization":"Negotiate YII","n":1}', '{"Authorization":"***","n":1}'],
    ['a cookie', 'set-cookie: sid=1; Path=/\nnext', 'set-cookie: ***\nnext'],
    ['an AWS key id', 'key AKIAABCDEFGHIJKLMNOP is unknown', 'key *** is unknown'],
    ['an AWS secret', 'aws_secret_access_key = wJalr/K7+x', 'aws_secret_access_key = ***'],
    ['a JSON field', '{"password":"a b, \\"c","n":1}', '{"password":"***","n":1}'],
    [
      'a JSON field inside JSON',
      '{\\"clientSecret\\":\\"x y\\",\\"n\\":1}',
      '{\\"clientSecret\\":\\"***\\",\\"n\\":1}',
    ],
    ['a field as a program prints it', "{ token: 'x y', n: 1 }", "{ token: '***', n: 1 }"],
    ['a web token', 'got eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln here', 'got *** here'],
    ['a token of a known form', 'ghp_0123456789abcdefghij was refused', '*** was refused'],
    [
      'a private key',
      'a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
      'a *** RSA PRIVATE KEY-----',
    ],
    ['a private key that was cut off', 'a -----BEGIN PRIVATE KEY-----\nMIIE', 'a ***'],
  ])('hides %s', (_, text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it.each([
    'author: Bob; signal: SIGKILL; design=3',
    'Unexpected token } in JSON at position 3',
    'GET https://registry.test/@scope/name?page=2 answered 503',
    'connect ECONNREFUSED 127.0.0.1:8000',
  ])('leaves alone: %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  it('changes nothing when done again', () => {
    const text = 'Authorization: Bearer abcdefgh\npassword="x" https://a:b@c/?token=d {"secret":"e"} pwd=f';

    expect(mask(mask(text))).toBe(mask(text));
    expect(mask(text)).toBe('Authorization: ***\npassword="***" https://***@c/?token=*** {"secret":"***"} pwd=***');
  });

  it('drops a word of up to 512 characters that it would cut in two, since half a credential has no known form', () => {
    const [word, longer] = ['w'.repeat(500), 'w'.repeat(600)];

    expect(mask(`one two ${word} three`, 300)).toBe('one two');
    expect(mask(`one two\n${word} three`, 507)).toBe('one two');
    expect(mask(`one two ${longer} three`, 519)).toBe('one two');
    expect(mask(`one two ${longer} three`, 520)).toBe(`one two ${'w'.repeat(512)}`);
  });

  it('shows no part of a password that is cut in two', () => {
    const password = 'a1'.repeat(100);

    for (const most of [20, 60, 120, 200]) {
      expect(mask(`GET https://ada:${password}@db.test/x`, most)).not.toContain('a1a1');
    }
  });

  it('drops what lies beyond 20,000 bytes', () => {
    expect(mask('é'.repeat(15_000))).toBe('é'.repeat(10_000));
  });
});

describe('cutting', () => {
  it('keeps a text that fits, and never half a character', () => {
    expect([cut('abc', 3), cut('é😀', 6), cut('é😀', 5), cut('é😀', 1), cut('', 0)]).toEqual([
      'abc',
      'é😀',
      'é',
      '',
      '',
    ]);
  });

  it('replaces half a surrogate pair, which no store takes', () => {
    expect(cut('a\ud83db', 10)).toBe('a\uFFFDb');
  });

  it('gives the longest beginning that fits, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, most) => {
        const kept = cut(text, most);
        const next = [...text][[...kept].length];
        expect(text.startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(most);
        expect(next === undefined || Buffer.byteLength(kept + next) > most).toBe(true);
      }),
    );
  });
});
