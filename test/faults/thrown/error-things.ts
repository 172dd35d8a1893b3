/** Errors of every make: frozen, in circles, of other realms, with too many members. */
import { runInNewContext } from 'node:vm';
import { type Checks, errorWith, refuse, type Thing, things } from './thing.ts';

/** Errors by the thousand, which take their time with a stack each. */
function stackless<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function circleOf(length: number): Error {
  const errors = Array.from({ length }, (_, index) => new Error(`link ${index}`));
  for (const [index, error] of errors.entries()) error.cause = errors[(index + 1) % length];
  return errors[0] ?? new Error('none');
}

function chainOf(length: number): Error {
  let error = new Error('the first');
  for (let link = 1; link < length; link += 1) error = new Error(`link ${link}`, { cause: error });
  return error;
}

function aggregate(errors: unknown): AggregateError {
  return Object.assign(new AggregateError([], 'many'), { errors });
}

function refusedConnections(count: number): Error[] {
  return Array.from({ length: count }, () => errorWith({ code: 'ECONNREFUSED' }, 'connect ECONNREFUSED'));
}

/** Every index is a getter, and counts. */
function countingArray(checks: Checks, length: number, member: () => unknown): unknown {
  return new Proxy([], {
    get(target, property) {
      checks.count += 1;
      if (property === 'length') return length;
      return typeof property === 'string' && /^\d+$/.test(property) ? member() : Reflect.get(target, property);
    },
  });
}

function selfMember(): AggregateError {
  const error = new AggregateError([], 'itself');
  error.errors.push(error, error);
  return error;
}

/** An error as the AWS SDK and axios make them, with what they carry along. */
function carrying(fields: Readonly<Record<string, unknown>>): Error {
  return errorWith({ $metadata: { httpStatusCode: 400, attempts: 1 }, ...fields }, 'Request failed');
}

/** Errors. */
export const ERRORS: readonly Thing[] = [
  ...things('error', {
    'a plain error': () => new Error('it broke'),
    'an error without a message': () => new Error(),
    'an error without a stack': () => errorWith({ stack: undefined }),
    'a frozen error': () => Object.freeze(new Error('it broke')),
    'a frozen error with a frozen cause': () => Object.freeze(new Error('a', { cause: Object.freeze(new Error('b')) })),
    'an error without a prototype': () => Object.setPrototypeOf(new Error('it broke'), null),
    'the prototype of errors': () => Error.prototype,
    'an error whose texts are none': () =>
      errorWith({ message: 7, name: {}, stack: Symbol('s'), code: [], cause: null, errors: 1n }),
    'a DOMException': () => new DOMException('it broke', 'DataCloneError'),
    'an error of another realm': () => runInNewContext("new TypeError('from afar')"),
    'an AggregateError of another realm': () => runInNewContext("new AggregateError([new Error('in')], 'from afar')"),
    'an object of another realm': () => runInNewContext("({ why: 'from afar' })"),
    'a cloned error': () => structuredClone(new RangeError('cloned')),
    'an error of the AWS SDK': () => carrying({ name: 'AccessDeniedException', $fault: 'client' }),
    'an error with a status that is none': () => carrying({ status: '500', response: { status: Number.NaN } }),
    'an error whose name is a code': () => errorWith({ name: 'TimeoutError' }),
  }),
  ...things('cause', {
    'itself as cause': () => circleOf(1),
    'two errors, each the cause of the other': () => circleOf(2),
    'a thousand causes in a circle': () => circleOf(1_000),
    'a hundred thousand causes': () => stackless(() => chainOf(100_000)),
    'a cause that is null': () => new Error('it broke', { cause: null }),
    'a cause that is a circle': () => {
      const cause: Record<string, unknown> = {};
      cause['cause'] = cause;
      return new Error('it broke', { cause });
    },
  }),
  ...things('members', {
    '10,000 members': () =>
      new AggregateError(
        stackless(() => refusedConnections(10_000)),
        'many',
      ),
    '10,000 times the same 10,000 members': () =>
      stackless(() => {
        const errors = refusedConnections(10_000);
        const shared = new AggregateError(errors);
        return new AggregateError(errors.map(() => Object.assign(new AggregateError([]), { errors: shared.errors })));
      }),
    'members that are no list': () => aggregate({ 0: new Error('a'), length: 1 }),
    'members that are a set': () => aggregate(new Set([new Error('a')])),
    'members with holes': () => aggregate(Object.assign([], { length: 2 ** 32 - 1 })),
    'members that throw': (checks) =>
      aggregate(Object.defineProperties([], { 0: { get: refuse(checks) }, 1: { get: refuse(checks) } })),
    'no end of members': (checks) => aggregate(countingArray(checks, Number.POSITIVE_INFINITY, () => new Error('one'))),
    'no end of refused connections': (checks) =>
      aggregate(countingArray(checks, 2 ** 53, () => errorWith({ code: 'ECONNREFUSED' }))),
    'no end of the same refused connection': (checks) => {
      const member = errorWith({ code: 'ECONNREFUSED' });
      return aggregate(countingArray(checks, 2 ** 53, () => member));
    },
    'members without end within members': (checks) => {
      const member = (): unknown => aggregate(countingArray(checks, 2 ** 53, member));
      return member();
    },
    'less than no members': (checks) => aggregate(countingArray(checks, -1, () => 1)),
    'itself as member': selfMember,
  }),
];
