/** Things that fight back: proxies whose traps throw, getters that throw at every reading, and forms of their own. */
import { type Checks, errorWith, refuse, type Thing, things } from './thing.ts';

/** Every trap that a proxy may have. */
const TRAPS: readonly (keyof ProxyHandler<object>)[] = [
  'apply',
  'construct',
  'defineProperty',
  'deleteProperty',
  'get',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'has',
  'isExtensible',
  'ownKeys',
  'preventExtensions',
  'set',
  'setPrototypeOf',
];

/** Whatever anybody reads of an error. */
const READ = [
  ...['message', 'name', 'stack', 'cause', 'code', 'errors', 'constructor', 'status', 'statusCode', 'response'],
  ...['$metadata', '$retryable', 'retryAfter', 'headers', 'toString', 'valueOf', 'toJSON', 'then', 'length'],
];

function trapped(checks: Checks, target: object, traps: readonly (keyof ProxyHandler<object>)[]): object {
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse(checks)])));
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function spiteful(checks: Checks, target: object, properties: readonly PropertyKey[]): object {
  const getter = { get: refuse(checks), configurable: true, enumerable: true };
  // The stack is written when it is first asked for, and would be kept from it by what follows.
  Reflect.get(target, 'stack');
  return Object.defineProperties(target, Object.fromEntries(properties.map((property) => [property, getter])));
}

/** Answers every reading with itself. */
function everything(checks: Checks): object {
  const self: object = new Proxy(new Error('it broke'), {
    get: (_target, property) => {
      checks.count += 1;
      return property === 'then' || typeof property === 'symbol' ? undefined : self;
    },
  });
  return self;
}

/** Says another thing at each reading. */
function fickle(checks: Checks): Error {
  const answers = ['text', 7, null, new Error('another'), Symbol('s'), undefined, {}];
  const get = () => answers[checks.count++ % answers.length];
  return Object.defineProperties(
    new Error('it broke'),
    Object.fromEntries(READ.filter((name) => name !== 'then').map((name) => [name, { get, configurable: true }])),
  );
}

/** A gigabyte to whoever believes it. */
function gigabyte(checks: Checks): object {
  return new Proxy(Object('x'), {
    get(_target, property) {
      checks.count += 1;
      if (property === 'length') return 2 ** 30;
      if (property === Symbol.toPrimitive || property === 'toString') return () => 'x';
      return typeof property === 'string' && /^\d+$/.test(property) ? 'x' : undefined;
    },
  });
}

function manyKeys(checks: Checks): object {
  return new Proxy(
    {},
    {
      ownKeys: () => Array.from({ length: 50_000 }, (_, index) => `k${index}`),
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
      get: (_target, property) => {
        checks.count += 1;
        return typeof property === 'string' && property.startsWith('k') ? 'v' : undefined;
      },
    },
  );
}

/** Things that fight back. */
export const SPITEFUL: readonly Thing[] = [
  ...things(
    'proxy',
    Object.fromEntries([
      ...TRAPS.map((trap): [string, Thing['make']] => [
        `of an error, ${trap} throws`,
        (checks) => trapped(checks, new Error('it broke'), [trap]),
      ]),
      ...TRAPS.map((trap): [string, Thing['make']] => [
        `of a function, ${trap} throws`,
        (checks) => trapped(checks, () => 1, [trap]),
      ]),
    ]),
  ),
  ...things('proxy', {
    'of an error, everything throws': (checks) => trapped(checks, new Error('it broke'), TRAPS),
    'of an array, everything throws': (checks) => trapped(checks, [], TRAPS),
    'of an object, everything throws': (checks) => trapped(checks, {}, TRAPS),
    'revoked, of an error': () => revoked(new Error('it broke')),
    'revoked, of a function': () => revoked(() => 1),
    'revoked, of an array': () => revoked([]),
    'revoked, as cause': () => new Error('it broke', { cause: revoked(new Error('x')) }),
    'revoked, as member': () => new AggregateError([revoked(new Error('x'))]),
    'revoked, as members': () => Object.assign(new AggregateError([]), { errors: revoked([]) }),
    'that answers everything with itself': everything,
    'that is a gigabyte of text': gigabyte,
    'with 50,000 keys': manyKeys,
  }),
  ...things(
    'getter',
    Object.fromEntries([
      ...READ.map((property): [string, Thing['make']] => [
        `of an error, ${property} throws`,
        (checks) => spiteful(checks, new Error('it broke'), [property]),
      ]),
      ...READ.map((property): [string, Thing['make']] => [
        `of an object, ${property} throws`,
        (checks) => spiteful(checks, { why: 'full' }, [property]),
      ]),
    ]),
  ),
  ...things('getter', {
    'of an error, all throw': (checks) =>
      spiteful(checks, new Error('it broke'), [...READ, Symbol.toPrimitive, Symbol.toStringTag]),
    'of an object, all throw': (checks) => spiteful(checks, {}, [...READ, Symbol.toPrimitive, Symbol.toStringTag]),
    'that says another thing each time': fickle,
    'that throws something spiteful': (checks) =>
      Object.defineProperty(new Error('it broke'), 'message', {
        get: () => {
          throw trapped(checks, new Error('x'), TRAPS);
        },
      }),
  }),
  ...things('own form', {
    'toJSON throws': (checks) => ({ toJSON: refuse(checks) }),
    'toJSON gives nothing': () => ({ toJSON: () => undefined }),
    'toJSON gives itself': () => {
      const self = { toJSON: (): unknown => self };
      return self;
    },
    'toJSON gives ever more': () => {
      const deeper = (): unknown => ({ toJSON: () => ({ deeper: deeper() }) });
      return deeper();
    },
    'toJSON gives a bigint': () => ({ toJSON: () => 1n }),
    'toJSON gives an error': () => ({ toJSON: () => new Error('it broke') }),
    'toJSON of an error throws': (checks) => errorWith({ toJSON: refuse(checks) }),
    'toString throws': (checks) => Object.assign(() => 1, { toString: refuse(checks) }),
    'toString gives an object': () => Object.assign(() => 1, { toString: () => ({}) }),
  }),
];
