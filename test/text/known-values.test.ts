/** The value of a secret that the process has fetched is masked wherever it appears, whatever it looks like. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  containsKnown,
  errorClassOf,
  forgetValues,
  hideValue,
  mask,
  summarizeError,
  toBoundedJson,
  toLogFields,
  toSafeCause,
  toSafeError,
  unmasked,
} from '../../lib/text/index.ts';

const WORD = 'swordfish';
const PHRASE = 'correct horse, "battery" & staple/ä';
const LINES = 'first line of the key\nsecond line of the key\nthird line of the key';

beforeEach(() => {
  forgetValues();
  for (const value of [WORD, PHRASE, LINES]) hideValue(value);
});
afterEach(forgetValues);

/** Everything of a value that a reader of JSON text could find. */
const shown = (value: unknown) =>
  JSON.stringify(value, (_, member) => (member instanceof Error ? all(member) : member));
const all = (error: Error): unknown => ({ ...error, message: error.message, stack: error.stack, cause: error.cause });

describe('a registered value', () => {
  it.each([WORD, PHRASE, LINES])('is masked in a text, as it is: %j', (value) => {
    expect(mask(`before ${value} after`)).toBe('before *** after');
  });

  it.each([
    ['as JSON', JSON.stringify({ text: PHRASE }), '{"text":"***"}'],
    ['in a URL', `?q=${encodeURIComponent(PHRASE)}&n=1`, '?q=***&n=1'],
    ['in a form', `${new URLSearchParams([['q', PHRASE]])}`, 'q=***'],
    ['in Base64', `x ${Buffer.from(PHRASE).toString('base64')} y`, 'x *** y'],
  ])('is masked %s', (_, text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  const PUNCTUATED = `aB3|x^"Zk9 <q+/=:@;{}'~é`;
  it.each([
    ['the path of a URL', new URL(`https://h/${PUNCTUATED}/x`).href],
    ['the query of a URL', new URL(`https://h/?q=${PUNCTUATED}`).href],
    ['the user of a URL', Object.assign(new URL('https://h/'), { username: PUNCTUATED }).username],
    ['encodeURI', encodeURI(PUNCTUATED)],
    ['base64url', Buffer.from(PUNCTUATED).toString('base64url')],
    ['Base64 without its end', Buffer.from(PUNCTUATED).toString('base64').replace(/=+$/, '')],
    ['Base64 with a line end', Buffer.from(`${PUNCTUATED}\n`).toString('base64')],
    ['JSON inside of JSON', JSON.stringify({ body: JSON.stringify({ q: PUNCTUATED }) })],
  ])('is masked as the spelling in %s', (_, text) => {
    hideValue(PUNCTUATED);

    expect(mask(text)).toContain('***');
    expect(mask(text)).not.toMatch(/aB3|Zk9|YUIz/);
  });

  it('is masked where an invisible character or a colour code divides it', () => {
    expect(mask('a sword\u200bfish b')).not.toMatch(/sword.?fish/);
    expect(mask('a sword\u001b[31mfish b')).not.toMatch(/sword.*fish/);
  });

  it('is masked before a long text is cut, so that no part of it stays', () => {
    expect(mask(`${'x '.repeat(10)}${WORD}`, 25)).not.toContain('sword');
    expect(summarizeError(new Error(`${'x'.repeat(395)}${WORD}`), 0).message).not.toContain('sword');
    expect(summarizeError(new Error(`${'x'.repeat(5_995)}${WORD}`), 0).text).not.toContain('sword');
  });

  it.each([WORD, PHRASE, LINES])('is masked in every part of an error: %j', (value) => {
    const error = Object.assign(new TypeError(`no access with ${value}`, { cause: new Error(value) }), {
      ...{ code: value, config: { headers: { 'x-mine': value } }, [value]: 1 },
    });
    const named = Object.assign(new Error('no'), { name: value });

    for (const part of value.split('\n')) {
      expect(shown(summarizeError(error, 0))).not.toContain(JSON.stringify(part).slice(1, -1));
      expect(shown(summarizeError(value, 0))).not.toContain(JSON.stringify(part).slice(1, -1));
      expect(shown(toSafeError(error))).not.toContain(JSON.stringify(part).slice(1, -1));
      expect(shown(toSafeCause(value))).not.toContain(JSON.stringify(part).slice(1, -1));
    }
    expect(errorClassOf(named)).not.toContain(value.slice(0, 6));
    expect(unmasked(toSafeError(error))).toBe(error);
  });

  it('is masked in the name of an error, even if it is longer than what is read of a name', () => {
    const long = 'k'.repeat(7_000);
    hideValue(long);

    expect(errorClassOf(Object.assign(new Error('no'), { name: long }))).toBe('***');
  });

  it.each([WORD, PHRASE, LINES])('is masked in a result and in the fields of a log line: %j', (value) => {
    const result = { list: [value, { deep: `a ${value}` }], [value]: true };

    for (const json of [toBoundedJson(result), toLogFields(result), toLogFields({ error: new Error(value) })]) {
      expect(shown(json)).not.toContain(JSON.stringify(value).slice(1, -1));
    }
    expect(toBoundedJson(value)).toBe('***');
  });

  it('is masked as a number too', () => {
    hideValue('73914422');

    expect(toBoundedJson({ n: 73914422, big: 73914422n, other: 7 })).toEqual({ n: '***', big: '***', other: 7 });
  });

  it('is masked whole where another value is a part of it', () => {
    hideValue('swordfish-and-chips');

    expect(mask('a swordfish-and-chips b')).toBe('a *** b');
  });

  it('is masked without the white space around it, since whoever uses it may have removed that', () => {
    hideValue(' pass-with-spaces\n');

    expect(mask('got pass-with-spaces.')).toBe('got ***.');
  });

  it('is recognised in a text that is stored as it is', () => {
    expect([containsKnown(`page-7 ${WORD}`), containsKnown('page-7')]).toEqual([true, false]);
  });
});

describe('a registered JSON object', () => {
  it('is masked whole, and so are its fields with a secret name, but not the others', () => {
    const secret = {
      username: 'reporter',
      host: 'db.example.com',
      password: 'in the clear',
      nested: { apiKey: 'k-77-q' },
    };
    hideValue(JSON.stringify(secret, undefined, 2));

    expect(mask(JSON.stringify(secret, undefined, 2))).toBe('***');
    expect(mask('login of reporter at db.example.com with in the clear and k-77-q')).toBe(
      'login of reporter at db.example.com with *** and ***',
    );
  });
});

describe('a value of fewer than 6 characters', () => {
  it('is not masked, since it would be found inside ordinary words, and the caller learns it', () => {
    expect([hideValue('a'), hideValue('12345'), hideValue(''), hideValue('123456')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(mask('a b 12345 123456')).toBe('a b 12345 ***');
  });
});

describe('the registry', () => {
  it('is bounded, and drops the value that was registered first', () => {
    for (let n = 0; n < 1_000; n += 1) hideValue(`made-up-${n}-value`);
    hideValue(WORD);
    for (let n = 0; n < 500; n += 1) hideValue(`other-${n}-value`);

    expect(mask(`made-up-0-value ${WORD} other-499-value`)).toBe('made-up-0-value *** ***');
  });
});
