/**
 * Masking takes no longer per character for hostile text than for long text. The work is counted, not timed: every
 * match of every pattern, and the characters in it. A pattern that went back over its text would not end on 1 MB.
 */
import { expect, it } from 'vitest';
import { mask } from '../../lib/text/index.ts';

const MEGABYTE = 1_000_000;
/** Characters that all patterns together may match, for each character of the text. */
const MOST_WORK = 100;

/** The beginnings of credentials, of their names and of what stands around them, over and over. */
const HOSTILE = [
  ...['a', 'a:', '://', 'https://a:b', 'x:y@', '%3A%2F%2F', 'eyJaaaaaaaaaaa.', '-----BEGIN A', '123456:', 'sk-'],
  ...[
    'password',
    'password=',
    'password:\n a',
    'passwordPassword',
    'value:',
    '"value":"x",',
    '{"name":"a",',
    'token=arn:aws',
  ],
  ...['a_key=', '?key=a', 'x_key:"', 'x_key:[1,', 'tokens=[1,', 'auth:', 'api key:', 'cookie:', 'authorization: ["a"'],
  ...[
    '<a>',
    '<x name="a"',
    '["a","b"',
    '"a-a",',
    '--a "',
    'mysql -',
    'docker login ',
    'arn:aws:a:b:c:1:',
    '\\"',
    '%22',
  ],
];

/** Without the word for a secret no name is read. */
const HINT = 'token, ';

/** Those whose next name lies inside the value before, or whose look ahead goes furthest. */
const WORST = ['value:', 'https://a:b', 'passwordPassword'];

/** Calls `read` with each text that a pattern is tried on, and its match, while `work` is done. */
function counting(read: (text: string, match: string) => void, work: () => void): void {
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const found = exec.call(this, text);
    read(text, found?.[0] ?? '');
    return found;
  };
  try {
    work();
  } finally {
    RegExp.prototype.exec = exec;
  }
}

function workOf(text: string): number {
  let work = 0;
  counting(
    (_, match) => {
      work += 1 + match.length;
    },
    () => mask(text, text.length),
  );
  return work;
}

it.each(HOSTILE)('50,000 characters of %j are masked with work in proportion to their number', (unit) => {
  const text = `${HINT}${unit.repeat(MEGABYTE / 20 / unit.length)}`;

  expect(workOf(text)).toBeLessThan(MOST_WORK * text.length);
});

it.each(WORST)('a megabyte of %j is masked with work in proportion to its length', (unit) => {
  const text = `${HINT}${unit.repeat(MEGABYTE / unit.length)}`;

  expect(workOf(text)).toBeLessThan(MOST_WORK * text.length);
});

it('no more than 20,000 bytes of a text are read where no bound is given', () => {
  let longest = 0;
  counting(
    (text) => {
      longest = Math.max(longest, text.length);
    },
    () => mask('password=x '.repeat(MEGABYTE / 11)),
  );

  expect(longest).toBeLessThanOrEqual(20_000);
});
