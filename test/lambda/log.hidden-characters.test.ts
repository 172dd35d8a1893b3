/** Hidden characters in the log, as CloudWatch would get it: escaped in each line, the same data once parsed. */
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { serviceLog } from '../../lib/lambda/index.ts';
import { keepWritten, lines, logging, ticks, written } from './log-kit.ts';

keepWritten();

const HOSTILE =
  'a\u0000\u001b[2J\u007f\u0085\u009b31m\u00ad\u061c\u200b\u200d\u200e\u202e\u2028\u2029\u2066\u2069\ufeff\u{e0041}z';
/** What JSON escapes by itself is not in a line either, since each line is checked as it is written. */
const VISIBLE = /^[ -~äÄ日本]*$/;

function expectVisible(): void {
  expect(written.length).toBeGreaterThan(0);
  for (const line of written.join('').trimEnd().split('\n')) expect(line).toMatch(VISIBLE);
}

describe('A line of the log', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)(
    'of level %s shows hidden characters, and parses as before',
    (level) => {
      vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'DEBUG');
      serviceLog('sync')[level](`ä 日本 ${HOSTILE}`, { [HOSTILE]: [{ deep: HOSTILE }], error: new Error(HOSTILE) });

      expectVisible();
      expect(lines()).toMatchObject([
        { message: `ä 日本 ${HOSTILE}`, [HOSTILE]: [{ deep: HOSTILE }], error: { name: 'Error', message: HOSTILE } },
      ]);
    },
  );

  it('shows those of an error class, a message, a result and a cause of a halt in the line of a tick', async () => {
    const raised = Object.assign(new Error(HOSTILE, { cause: new Error(HOSTILE) }), { name: HOSTILE });
    const { tick, raisedBy } = logging({ workload: async () => ({ [HOSTILE]: HOSTILE }) });
    await tick('12:01');
    await logging({ workload: () => Promise.reject(raised) }).raisedBy('12:01');
    await raisedBy('12:02');

    expectVisible();
    expect(ticks()).toMatchObject([
      { result: { [HOSTILE]: HOSTILE } },
      { errorMessage: HOSTILE, haltCause: expect.stringContaining(HOSTILE) },
      {},
    ]);
  });

  it('shows those of a report, of an event that is refused, and of the cause of a broken store', async () => {
    const refused = () => Promise.reject(Object.assign(new Error(HOSTILE), { code: 'ECONNREFUSED' }));
    const { tick, invoke } = logging({ workload: refused });
    await tick('12:01');
    await tick('12:02');
    await expect(invoke({ [HOSTILE]: HOSTILE })).rejects.toThrow('malformed');
    await logging({ ports: { store: { acquire: refused } as never } }).raisedBy('12:01');

    expectVisible();
    expect(lines().filter(({ report }) => report === true)).toMatchObject([
      {},
      {},
      { message: expect.stringContaining(HOSTILE) },
      {},
    ]);
  });
});

describe('An error that leaves the handler', () => {
  const visible = (error: unknown) => {
    const { name, message, stack = '', ...fields } = error as Error & Record<string, unknown>;
    for (const text of [name, message, ...stack.split('\n'), String(fields['code'])]) expect(text).toMatch(VISIBLE);
    return { name, message, stack, ...fields };
  };
  const asWritten = String.raw`a\u0000\u001b[2J\u007f\u0085\u009b31m`;

  it.each([
    ['its message', new Error(HOSTILE)],
    ['its cause', new Error('no rows', { cause: new Error(HOSTILE) })],
    ['a field', Object.assign(new Error('no rows'), { [HOSTILE]: HOSTILE })],
  ])('shows hidden characters of a halt, since Lambda prints it as it is: in %s', async (_, raised) => {
    const error = await logging({ workload: () => Promise.reject(raised) }).raisedBy('12:01');

    expect(visible(error)).toMatchObject({ name: 'ServiceHaltedError' });
    expect(inspect(error)).not.toMatch(/[^\n -~]/);
  });

  it('shows those of a store that breaks, with any name and code', async () => {
    const broken = Object.assign(new Error(HOSTILE), { name: HOSTILE, code: HOSTILE });
    const store = { acquire: () => Promise.reject(broken) } as never;

    expect(visible(await logging({ ports: { store } }).raisedBy('12:01'))['message']).toContain(asWritten);
  });

  it('shows those of an event that is refused, in its list of faults too', async () => {
    const error = await logging()
      .invoke({ action: HOSTILE, [HOSTILE]: HOSTILE })
      .catch((raised: unknown) => raised);

    expect(visible(error)).toMatchObject({ name: 'MalformedEventError' });
    for (const fault of (error as { faults: string[] }).faults) expect(fault).toMatch(VISIBLE);
  });
});
