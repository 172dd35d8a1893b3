/** Things that are no errors, and texts of every sort. */
import { errorWith, refuse, type Thing, things } from './thing.ts';

const MEGABYTE = 1_000_000;

function circle(): object {
  const self: Record<string, unknown> = { name: 'circle' };
  self['self'] = self;
  self['list'] = [self];
  return self;
}

function nested(depth: number): object {
  let inner: object = { leaf: true };
  for (let level = 0; level < depth; level += 1) inner = level % 2 === 0 ? { inner } : [inner];
  return inner;
}

/** Every object twice within its parent: 2^depth ways to the leaf. */
function shared(depth: number): object {
  let inner: object = { leaf: true };
  for (let level = 0; level < depth; level += 1) inner = { left: inner, right: inner };
  return inner;
}

function namedClass(name: string): object {
  class Raised {
    readonly why = 'no error at all';
  }
  Object.defineProperty(Raised, 'name', { value: name });
  return new Raised();
}

function* numbers() {
  yield 1;
}

/** What throwing code throws most often when it throws no error, and what nobody should. */
export const VALUES: readonly Thing[] = [
  ...things('primitive', {
    null: () => null,
    undefined: () => undefined,
    'empty text': () => '',
    text: () => 'full',
    'no number': () => Number.NaN,
    zero: () => -0,
    true: () => true,
    'a bigint': () => 1n,
    'a bigint of 30,000 digits': () => 2n ** 100_000n,
    'a symbol': () => Symbol('full'),
    'a symbol without a word': () => Symbol(),
  }),
  ...things('function', {
    'a function': () => () => 1,
    'a class': () => class Raised extends Error {},
    'an async function': () => async () => 1,
    'a generator': () => numbers(),
  }),
  ...things('object', {
    'a plain object': () => ({ reason: 'full' }),
    'an object without a prototype': () => Object.assign(Object.create(null), { reason: 'full' }),
    'a circle': circle,
    'a frozen object': () => Object.freeze({ reason: 'full' }),
    '100,000 objects in one another': () => nested(100_000),
    'an object with 2^1000 ways through it': () => shared(1_000),
    'an object with 50,000 fields': () =>
      Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 1])),
    'an array of a million': () => Array.from({ length: MEGABYTE }, () => 7),
    'an array with holes': () => Object.assign([], { length: 2 ** 32 - 1 }),
    'an array of nothing': () => new Array(10),
    'a class with a strange name': () => namedClass('\u001b[31m\r\n<b>\u2028'),
    'a date': () => new Date(0),
    'no date': () => new Date(Number.NaN),
    'a map': () => new Map([['k', 'v']]),
    'a set': () => new Set([1]),
    'a weak map': () => new WeakMap(),
    'a regular expression': () => /x/g,
    'a promise': () => Promise.resolve(1),
    'a thenable': () => Object.fromEntries([['then', (resolve: (value: unknown) => void) => resolve('then')]]),
    'a thenable that throws': (checks) => Object.fromEntries([['then', refuse(checks)]]),
    'ten megabytes of bytes': () => new Uint8Array(10 * MEGABYTE),
    'a buffer': () => Buffer.alloc(10 * MEGABYTE),
    'an array buffer': () => new ArrayBuffer(10),
    'a boxed text': () => Object('full'),
    'a boxed bigint': () => Object(1n),
    'a URL': () => new URL('https://example.test/x'),
    'an abort signal': () => AbortSignal.abort(),
    'the global object': () => globalThis,
  }),
];

/** A text in every place where an error has one. */
function everywhere(text: string): Error {
  const error = errorWith({ code: text, detail: text }, text);
  error.name = text;
  error.stack = `${text}: ${text}\n    at ${text} (${text}:1:1)\n    at f (file.ts:1:1)`;
  error.cause = new Error(text);
  return error;
}

const TEXTS: Readonly<Record<string, string>> = {
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'terminal sequences': '\u001b[2J\u001b]0;owned\u0007\u001b[31mred\u009b31m',
  'line breaks': 'one\r\ntwo\n{"level":"INFO","message":"tick","service":"forged"}\rthree',
  'line separators': 'a\u2028b\u2029c\u0085d\u000bd\u000ce',
  'null bytes': 'a\u0000b',
  'directions of writing': '\u202etxt.exe\u202c \u2066x\u2069 \u200f',
  'half characters': 'a\ud83db\udc00',
  'control characters': '\u0000'.repeat(MEGABYTE),
  emoji: '👩‍👩‍👧‍👦'.repeat(1_000),
  'marks on one letter': `a${'\u0301'.repeat(100_000)}`,
  'byte order marks': '\ufeff\ufeffx',
  'a template of printf': '%s%d%j%o%%',
  'a template of a shell': '$(reboot) `reboot` $x',
  'names of prototypes': '__proto__',
};

/** Texts that harm whoever shows, stores or logs them as they are, or are too large for it. */
export const TEXT_THINGS: readonly Thing[] = [
  ...Object.entries(TEXTS).flatMap(([what, text]) => [
    { group: 'text', what: `${what}, in an error`, make: () => everywhere(text) },
    { group: 'text', what: `${what}, on its own`, make: () => text },
    { group: 'text', what: `${what}, as a key`, make: () => ({ [text]: text }) },
  ]),
  ...things('large', {
    'a message of ten megabytes': () => new Error('x'.repeat(10 * MEGABYTE)),
    'a message of ten megabytes of line breaks': () => new Error('\n'.repeat(10 * MEGABYTE)),
    'a text of ten megabytes': () => 'é'.repeat(5 * MEGABYTE),
    'a stack of a million lines': () => errorWith({ stack: `Error\n${'    at f (file.ts:1:1)\n'.repeat(MEGABYTE)}` }),
    'a stack of one line of ten megabytes': () => errorWith({ stack: `Error\n    at ${'x'.repeat(10 * MEGABYTE)}` }),
    'a message that looks like a stack': () => new Error('x\n    at f (file.ts:1:1)'.repeat(100_000)),
    'a name of ten megabytes': () => errorWith({ name: 'N'.repeat(10 * MEGABYTE) }),
    'a code of ten megabytes': () => errorWith({ code: 'C'.repeat(10 * MEGABYTE) }),
    'a class with a name of a megabyte': () => namedClass('K'.repeat(MEGABYTE)),
    'a description of a megabyte': () => Symbol('s'.repeat(MEGABYTE)),
    'what masking looks at longest': () => new Error('eyJ-'.repeat(MEGABYTE)),
  }),
];
