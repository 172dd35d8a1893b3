/** The input of a run by hand is checked before anything is done. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { StandardSchema } from '../../lib/service/index.ts';
import { asSent, functionUnderTest, type KitOptions } from './kit.ts';

const ONCE = { action: 'run-once' };
const PAGES = z.object({ pages: z.array(z.object({ url: z.string() })), since: z.coerce.date().optional() });

/** A function whose runs put down their input. */
function recording(input: KitOptions['input'], options: KitOptions = {}) {
  const inputs: unknown[] = [];
  const made = functionUnderTest({
    input,
    workload: async (context) => {
      inputs.push('input' in context ? context.input : 'none');
      return { got: typeof context.input };
    },
    ...options,
  });
  return { ...made, inputs };
}

const schemaOf = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate },
});
const refusing = (issues: readonly unknown[]) => schemaOf(() => ({ issues }) as never);

describe('the input of a run by hand', () => {
  it('reaches the workload as the schema returned it', async () => {
    const { invoke, inputs } = recording(PAGES);

    const input = { pages: [{ url: 'a' }], since: '2025-10-09T00:00:00Z' };
    expect(await invoke({ ...ONCE, input })).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });

    expect(inputs).toEqual([{ pages: [{ url: 'a' }], since: new Date('2025-10-09T00:00:00Z') }]);
  });

  it('may be checked asynchronously', async () => {
    const { invoke, inputs } = recording(z.string().refine(async (text) => text.startsWith('ok')));

    expect(await invoke({ ...ONCE, input: 'ok then' })).toMatchObject({ outcome: 'succeeded' });
    expect(await invoke({ ...ONCE, input: 'no' })).toMatchObject({ error: 'invalid-input' });
    expect(inputs).toEqual(['ok then']);
  });

  it('is undefined on a tick, whatever its event has', async () => {
    const { invoke, inputs, goTo } = recording(PAGES);
    await goTo(Date.parse('2025-10-09T12:01:02Z'));

    await invoke({ scheduledFor: '2025-10-09T12:01:00Z', input: { pages: [] } });

    expect(inputs).toEqual(['none']);
  });

  it('is missing in an event without one, and the schema decides whether it may be', async () => {
    const optional = recording(PAGES.optional());
    expect(await optional.invoke(ONCE)).toMatchObject({ outcome: 'succeeded' });
    expect(optional.inputs).toEqual(['none']);

    const standard = recording(z.number().default(7));
    await standard.invoke(ONCE);
    expect(standard.inputs).toEqual([7]);

    const required = recording(PAGES);
    expect(await required.invoke(ONCE)).toMatchObject({
      error: 'invalid-input',
      issues: [{ path: '', message: 'Invalid input: expected object, received undefined' }],
    });
    expect(required.inputs).toEqual([]);
  });

  it('may be null or false: both are input', async () => {
    const { invoke, inputs } = recording(z.union([z.null(), z.literal(false)]));
    await invoke({ ...ONCE, input: null });
    await invoke({ ...ONCE, input: false });
    expect(inputs).toEqual([null, false]);
  });

  it('is neither stored nor logged', async () => {
    const { invoke, store, log } = recording(z.object({ text: z.string() }));
    const text = 'seventeen herons';

    await invoke({ ...ONCE, input: { text } });
    await invoke({ ...ONCE, input: { text, other: text } });
    await invoke({ ...ONCE, input: text });

    const kept = JSON.stringify([
      await store.read('sync'),
      await store.failedRuns('sync', { after: 0, limit: 9 }),
      log.lines,
    ]);
    expect(kept).toContain('sync');
    expect(kept).not.toContain('herons');
  });
});

describe('an input that is refused', () => {
  it('is answered with the issues and their paths, and no lease is taken', async () => {
    const { invoke, inputs, calls } = recording(PAGES);

    expect(asSent(await invoke({ ...ONCE, input: { pages: [{ url: 'a' }, { url: 5 }], since: 'x' } }))).toEqual({
      error: 'invalid-input',
      service: 'sync',
      issues: [
        { path: 'pages.1.url', message: 'Invalid input: expected string, received number' },
        { path: 'since', message: 'Invalid input: expected date, received Date' },
      ],
      more: 0,
      message:
        'sync: input: pages.1.url: Invalid input: expected string, received number; ' +
        'since: Invalid input: expected date, received Date; nothing was done',
    });
    expect([inputs, calls]).toEqual([[], []]);
  });

  it('is refused by a service without the option, even with force and while it is paused', async () => {
    const { invoke, inputs } = recording(undefined);
    await invoke({ action: 'pause', reason: 'moving', by: 'ada' });

    expect(asSent(await invoke({ ...ONCE, force: true, input: {} }))).toEqual({
      error: 'invalid-input',
      service: 'sync',
      issues: [{ path: '', message: 'expected none, since the service has no option `input`' }],
      more: 0,
      message: 'sync: input: expected none, since the service has no option `input`; nothing was done',
    });
    expect(inputs).toEqual([]);
  });

  it('is logged as a count', async () => {
    const { invoke, log } = recording(PAGES);
    await invoke({ ...ONCE, input: { pages: 'secret' } });

    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'sync: the input of a run by hand was refused; its answer says why; nothing was done' },
    ]);
  });

  it('has at most 10 issues, each masked and cut', async () => {
    const issue = { message: `postgres://ada:hunter2@db/x ${'long '.repeat(1_000)}`, path: ['a'.repeat(1_000), 'b'] };
    const { invoke } = recording(refusing(Array.from({ length: 1_000 }, () => issue)));

    const answer = (await invoke({ ...ONCE, input: 1 })) as unknown as { issues: { message: string }[]; more: number };

    expect(answer.issues).toHaveLength(10);
    expect(answer.more).toBe(990);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(JSON.stringify(answer).length).toBeLessThan(12_000);
  });

  it('has paths of keys and of segments alike', async () => {
    const { invoke } = recording(
      refusing([{ message: 'no', path: ['a', 0, { key: 'b' }, Symbol('c')] }, { message: 'none at all' }]),
    );

    expect(await invoke({ ...ONCE, input: 1 })).toMatchObject({
      issues: [
        { path: 'a.0.b.Symbol(c)', message: 'no' },
        { path: '', message: 'none at all' },
      ],
    });
  });
});

describe('a schema that fails', () => {
  it.each<[string, StandardSchema, string]>([
    [
      'throws',
      schemaOf(() => {
        throw new TypeError('value is undefined');
      }),
      'the schema failed: TypeError: value is undefined',
    ],
    ['rejects', schemaOf(() => Promise.reject(new Error('away'))), 'the schema failed: Error: away'],
    ['never ends', schemaOf(() => new Promise(() => {})), 'the schema failed: TimeoutError: no answer within 2 s'],
    ['returns nothing', schemaOf(() => undefined as never), 'the schema gave neither a value nor issues'],
    ['refuses without issues', refusing([]), 'refused'],
    ['refuses with issues that are none', refusing([undefined]), 'refused'],
  ])('that %s refuses the input, and nothing runs', async (_how, schema, message) => {
    const { invoke, inputs, calls, clock } = recording(schema);

    const answer = invoke({ ...ONCE, input: 1 });
    await clock.advance(2_000);

    expect(await answer).toMatchObject({
      error: 'invalid-input',
      issues: [{ path: '', message }],
    });
    expect([inputs, calls]).toEqual([[], []]);
  });
});
