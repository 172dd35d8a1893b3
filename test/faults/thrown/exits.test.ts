/**
 * The other ways out of a function: what a handler throws, what an operator wrote, what a service remembers, what a
 * user logs.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyCritical, classifyLoop, classifyTolerant } from '../../../lib/service/index.ts';
import { StoreError } from '../../../lib/store/index.ts';
import { toBoundedJson, toLogFields } from '../../../lib/text/bounded-json.ts';
import { errorClassOf, summarizeError } from '../../../lib/text/index.ts';
import { functionUnderTest } from '../../lambda/kit.ts';
import { LEAKS } from './secrets.ts';

const LEAK = 'GET https://ada:hunter2@db.test/?token=hunter2 failed';

async function raisedBy(refusal: unknown): Promise<unknown> {
  const store = { acquire: () => Promise.reject(refusal) };
  return functionUnderTest({ ports: { store: store as never } }).raisedBy('12:01');
}

describe('what a handler throws', () => {
  it('is the error itself where it gives nothing away', async () => {
    const error = Object.assign(new RangeError('no such table'), { code: 'E_TABLE' });

    expect(await raisedBy(error)).toBe(error);
  });

  it.each([
    ['its message', new Error(LEAK)],
    ['its name', Object.assign(new Error('x'), { name: LEAK })],
    ['its stack', Object.assign(new Error('x'), { stack: `Error: x\n    at ${LEAK}` })],
    ['a field of it', Object.assign(new Error('x'), { config: { password: 'hunter2' } })],
    ['no error at all', { password: 'hunter2' }],
    ['a message without measure', new Error(`${'x'.repeat(1_000_000)}${LEAK}`)],
  ])('is replaced by its summary where a credential is in %s', async (_where, error) => {
    const raised = await raisedBy(error);

    expect(raised).toBeInstanceOf(Error);
    const { name, message, stack, ...fields } = raised as Error;
    expect(JSON.stringify([name, message, stack, fields])).not.toContain('hunter2');
    expect(JSON.stringify([name, message, stack, fields]).length).toBeLessThan(4_000);
  });

  it('names what the store failed with, credentials masked', () => {
    const error = new StoreError('sync', 'taking the lease', 'the tick did not run', new Error(LEAK));

    expect(error.message).toBe(
      'sync: taking the lease failed (Error: GET https://***@db.test/?token=*** failed); the tick did not run',
    );
  });
});

describe('what an operator wrote and what a service remembers', () => {
  it('is shown without the credentials in it', async () => {
    const { invoke, tick, store } = functionUnderTest({
      workload: async ({ saveCursor }) => saveCursor('page=7&token=hunter2'),
    });
    await tick('12:01');
    const paused = await invoke({ action: 'pause', reason: 'password=hunter2 is old', by: 'token=hunter2' });

    expect(paused).toMatchObject({
      pause: { reason: 'password=*** is old', by: 'token=***' },
      cursor: 'page=7&token=***',
    });
    expect(await store.read('sync')).toMatchObject({ pause: { reason: 'password=*** is old', by: 'token=***' } });
  });
});

describe('the results of one firing', () => {
  it('take no more together than Lambda sends', async () => {
    const { invoke } = functionUnderTest({ interval: '0.5s', workload: async () => 'x y '.repeat(6_500) });
    const answer = await invoke({ scheduledFor: '2025-10-09T12:00:00.000Z' }, 300_000);

    const { ticks } = answer as unknown as { ticks: { result: unknown }[] };
    expect(ticks.length).toBe(120);
    expect(ticks[0]?.result).toBe('left out: more than 25000 bytes of JSON');
    expect(JSON.stringify(answer).length).toBeLessThan(6_000_000);
  });
});

describe('fields of a log line', () => {
  it('show errors wherever they are, and a few words in place of what has no JSON', () => {
    const circle: Record<string, unknown> = { n: 1n };
    circle['self'] = circle;
    const logged = toLogFields({
      error: new RangeError('too far'),
      nested: { why: [new TypeError('none')] },
      circle,
      own: {
        toJSON() {
          throw new Error('no');
        },
      },
      large: 'x'.repeat(200_000),
      get spite() {
        throw new Error('no');
      },
      count: 3,
    });

    expect(logged).toMatchObject({
      error: { name: 'RangeError', message: 'too far', text: expect.stringContaining('RangeError: too far\n    at ') },
      nested: { why: [{ name: 'TypeError', message: 'none' }] },
      circle: { n: '1', self: 'left out: a circle' },
      own: 'left out: JSON cannot represent it',
      large: expect.stringMatching(/^left out: more than \d+ bytes of JSON$/),
      spite: 'left out: JSON cannot represent it',
      count: 3,
    });
  });

  it('show no more than 32 objects within one another', () => {
    let value: unknown = 'leaf';
    for (let level = 0; level < 40; level += 1) value = [value];

    expect(JSON.stringify(toBoundedJson(value))).toBe(`${'['.repeat(32)}"left out: nested too deep"${']'.repeat(32)}`);
  });

  it('hide what by their names is a credential, whatever it looks like', () => {
    expect(
      toLogFields({
        password: 'swordfish',
        tokens: ['a', 'b'],
        auth: { user: 'ada' },
        tokenCount: 3,
        author: 'Ann',
      }),
    ).toEqual({ password: '***', tokens: ['***', '***'], auth: { user: '***' }, tokenCount: 3, author: 'Ann' });
  });
});

describe('any value at all', () => {
  const simpleThing = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  });
  const ingredients = fc.record({
    value: simpleThing,
    fields: fc.record({ name: simpleThing, code: simpleThing, status: simpleThing, errors: simpleThing }),
    trap: fc.constantFrom('get', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'has'),
    leak: fc.constantFrom(...LEAKS.map(({ text }) => text)),
    made: fc.constantFrom('value', 'error', 'spite', 'field', 'cause', 'member'),
  });
  type Ingredients = typeof ingredients extends fc.Arbitrary<infer Value> ? Value : never;

  /** Made only here, since fast-check itself looks at what it generates. */
  function madeOf({ value, fields, trap, leak, made }: Ingredients): unknown {
    const refuses = () => {
      throw new Error('no');
    };
    const spite = new Proxy(new Error('x'), { [trap]: refuses });
    const things: Readonly<Record<Ingredients['made'], () => unknown>> = {
      value: () => value,
      error: () => Object.assign(new Error(leak), fields),
      spite: () => spite,
      field: () => ({ value, [leak]: spite, list: [spite, leak, value] }),
      cause: () => Object.assign(new Error(leak, { cause: spite }), { code: value }),
      member: () => new AggregateError([value, spite, Object.assign(new Error(leak), fields)]),
    };
    return things[made]();
  }

  it('is remembered, judged and shown within bounds, and nothing throws', () => {
    fc.assert(
      fc.property(ingredients, (given) => {
        const value = madeOf(given);
        const { errorClass, message, text } = summarizeError(value, 0);
        expect(Buffer.byteLength(errorClass + message + text)).toBeLessThanOrEqual(64 + 400 + 2_400);
        expect(errorClassOf(value)).toBe(errorClass);
        for (const classify of [classifyCritical, classifyTolerant, classifyLoop]) {
          expect(['failed', 'fatal']).toContain(classify(value).kind);
        }
        expect(Buffer.byteLength(JSON.stringify(toBoundedJson(value)))).toBeLessThanOrEqual(64_000);
        expect(Buffer.byteLength(JSON.stringify(toLogFields({ value })))).toBeLessThanOrEqual(160_100);
      }),
    );
  });

  it('comes out as JSON would bring it back, where JSON has it and nothing in it is hidden', () => {
    const json = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => !/[:=@\s]|token|pass|auth|key|sig|sid/i.test(JSON.stringify(value).replaceAll('":', '"')));
    fc.assert(
      fc.property(json, (value) => {
        expect(toBoundedJson(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([-0, [-0], { '': -0 }])('loses the sign of a zero, as in JSON: %j', (value) => {
    expect(toBoundedJson(value)).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
