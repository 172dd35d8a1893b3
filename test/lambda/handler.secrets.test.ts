/** The secrets of a service: fetched by the run, handed to `prepare` and the workload, and seen nowhere else. */
import { afterEach, describe, expect, it, type Mock, vi } from 'vitest';
import { createLoop } from '../../lib/loop/index.ts';
import { defineService, type RunContext, type SecretsReader } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { forgetValues } from '../../lib/text/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';
import { asSent, functionUnderTest, type KitOptions } from './kit.ts';
import { keepWritten, lines, logging, written } from './log-kit.ts';

keepWritten();

afterEach(forgetValues);

const STATUS = { action: 'status' } as const;
const RUN_ONCE = { action: 'run-once' } as const;
const VALUE = 'a swordfish, quite "fresh"';

function readerOf(
  ...answers: readonly (string | Error)[]
): SecretsReader & { readonly read: Mock<SecretsReader['read']> } {
  const left = [...answers];
  return {
    read: vi.fn(async () => {
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer instanceof Error) throw answer;
      return { TOKEN: answer ?? VALUE };
    }),
  };
}

/** The service `sync` with one secret. */
function withSecret({ ports, ...options }: Omit<KitOptions, 'ports'> & { readonly ports?: object } = {}) {
  return functionUnderTest({
    secrets: { TOKEN: 'ssm:/prod/token' },
    ...options,
    ports: { secrets: readerOf(VALUE), ...ports } as object,
  });
}

describe('a run of a service with secrets', () => {
  it('gets their values, and so does `prepare`', async () => {
    const prepare = vi.fn(({ secrets }) => secrets);
    const seen: unknown[] = [];
    const workload = async ({ secrets, prepared }: RunContext) => {
      seen.push(secrets['TOKEN'], (prepared as RunContext['secrets'])['TOKEN']);
    };
    const { tick } = withSecret({ prepare, workload, ports: { secrets: readerOf('first-value', 'second-value') } });
    await tick('12:01');
    await tick('12:02');
    await tick('12:06');

    // `prepare` was called once, and its object has the new value nevertheless.
    expect(prepare).toHaveBeenCalledTimes(1);
    expect(seen).toEqual(['first-value', 'first-value', 'first-value', 'first-value', 'second-value', 'second-value']);
  });

  it('fetches them after it has its lease, so that a skipped tick and a question fetch nothing', async () => {
    const secrets = readerOf(VALUE);
    const { tick, invoke, calls } = withSecret({ ports: { secrets } });
    await invoke(STATUS);
    await invoke({ action: 'pause', reason: 'a test', by: 'ada' });
    await tick('12:01');
    expect(secrets.read).not.toHaveBeenCalled();
    await invoke({ action: 'resume' });
    secrets.read.mockImplementation(async () => {
      calls.push('fetched');
      return { TOKEN: VALUE };
    });
    await tick('12:02');

    expect(calls.slice(-3)).toEqual(['acquire', 'fetched', 'commit']);
  });

  it('is fatal where the right to read them is missing: a critical service halts, with what to do', async () => {
    const cause = errorWith('no', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    const { raisedBy, invoke } = withSecret({ ports: { secrets: readerOf(cause) } });

    expect(await raisedBy('12:01')).toMatchObject({ code: 'service-halted' });
    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      halt: { cause: expect.stringContaining('SecretsUnavailableError: sync: no secrets for this run: no') },
    });
  });

  it('fails for a time where AWS throttles', async () => {
    const cause = errorWith('Rate exceeded', { name: 'ThrottlingException', $metadata: {} });
    const { tick } = withSecret({ ports: { secrets: readerOf(cause, VALUE) } });

    expect(await tick('12:01')).toMatchObject({ outcome: 'failed' });
    expect(await tick('12:02')).toMatchObject({ outcome: 'succeeded' });
  });

  it('times out at its deadline while nothing answers', async () => {
    const read = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { tick } = withSecret({ ports: { secrets: { read } }, maxDuration: '3s' });

    expect(await tick('12:01')).toMatchObject({ outcome: 'timed-out', durationMs: 3_000 });
  });
});

describe('the value of a secret is nowhere', () => {
  const printed: string[] = [];
  const leaks: readonly (readonly [string, KitOptions])[] = [
    [
      'thrown',
      {
        workload: async ({ secrets }) => {
          throw new TypeError(`bad: ${secrets['TOKEN']}`);
        },
      },
    ],
    [
      'thrown as a text',
      {
        workload: async ({ secrets }) => {
          throw secrets['TOKEN'];
        },
      },
    ],
    [
      'thrown in a cause, a code and a field',
      {
        workload: async ({ secrets: { TOKEN = '' } }) => {
          throw errorWith('no', { cause: new Error(TOKEN), code: TOKEN, config: { headers: { 'x-mine': TOKEN } } });
        },
      },
    ],
    [
      'thrown as a name',
      {
        workload: async ({ secrets }) => {
          throw errorWith('no', { name: secrets['TOKEN'] });
        },
      },
    ],
    [
      'thrown by prepare',
      {
        prepare: ({ secrets }) => {
          throw new Error(`bad: ${secrets['TOKEN']}`);
        },
      },
    ],
    [
      'thrown for a time',
      {
        workload: async ({ secrets }) => {
          throw errorWith(`bad ${secrets['TOKEN']}`, { code: 'ECONNRESET' });
        },
      },
    ],
    [
      'returned',
      { workload: async ({ secrets }) => ({ used: secrets['TOKEN'], list: [`Bearer ${secrets['TOKEN']}`] }) },
    ],
    ['saved as the cursor', { workload: async ({ secrets, saveCursor }) => saveCursor(`after ${secrets['TOKEN']}`) }],
    [
      'printed in a report',
      {
        consecutive: 1,
        backoff: 1,
        printer: (line) => void printed.push(line),
        workload: async ({ secrets }) => {
          throw errorWith(`bad ${secrets['TOKEN']}`, { code: 'ECONNRESET' });
        },
      },
    ],
  ];

  it.each(leaks)(
    'when it is %s: not in the answer, the error, the state, the records and the log',
    async (_, options) => {
      printed.length = 0;
      const { raisedBy, invoke, store, log } = withSecret(options);
      const raised = (await raisedBy('12:01')) as Error | undefined;
      const everything = [
        raised === undefined ? '' : [raised.message, raised.stack, String((raised.cause as Error | undefined)?.stack)],
        await invoke(STATUS),
        await invoke(RUN_ONCE),
        await store.read('sync'),
        await store.failedRuns('sync', { after: 0, limit: 50 }),
        log.lines,
        printed,
      ].map((part) => JSON.stringify(asSent(part ?? null)));

      expect(everything.join('\n')).not.toContain('swordfish');
      expect(everything.join('\n')).toMatch(/\*\*\*|expected text without a secret/);
    },
  );

  it('when the workload logs it by the log of the handler', async () => {
    const workload = async ({ log, secrets: { TOKEN = '' } }: RunContext) => {
      log.warn(`using ${TOKEN}`, { TOKEN, nested: { deep: [TOKEN] }, error: new Error(TOKEN) });
      return TOKEN;
    };
    const ports = { secrets: readerOf(VALUE) } as object;
    const { invoke } = logging({ secrets: { TOKEN: 'ssm:/x' }, workload, ports });
    await invoke(RUN_ONCE);

    expect(lines().map(({ message }) => message)).toEqual(['using ***', 'tick']);
    expect(written.join('')).not.toContain('swordfish');
  });
});

describe('a cursor with a secret', () => {
  it('is refused, since the state keeps a cursor as it is', async () => {
    const { raisedBy, store } = withSecret({
      workload: async ({ secrets, saveCursor }) => saveCursor(`page 7 of ${secrets['TOKEN']}`),
    });

    expect(String(await raisedBy('12:01'))).toContain('cursor: expected text without a secret, got one with it');
    expect(await store.read('sync')).not.toHaveProperty('cursor');
  });
});

describe('the reader of secrets', () => {
  const seen: unknown[] = [];
  const workload = async ({ secrets }: RunContext) => void seen.push(secrets['TOKEN']);
  const message = async (answer: Promise<unknown>) => String(((await answer) as Error).message);
  const parts = (environment: NonNullable<KitOptions['environment']>, secrets?: SecretsReader) => ({
    ...{ workload, environment },
    ports: { secrets } as object,
  });

  it('in Lambda is the one that the handler got', async () => {
    seen.length = 0;
    const { tick } = withSecret(parts({ inLambda: true }, { ...readerOf('from-aws'), onlyInLambda: true }));
    await tick('12:01');

    expect(seen).toEqual(['from-aws']);
  });

  it('is missing in Lambda if the handler got none: the run fails with what to write', async () => {
    const { raisedBy } = withSecret(parts({ inLambda: true, variables: { TOKEN: 'from-env' } as object }));

    expect(await message(raisedBy('12:01'))).toContain(
      'no secrets for this run: nothing in this function reads them; give `awsSecrets()` to scheduledHandler and deploy',
    );
  });

  it('on one machine reads environment variables, although the handler got the reader of AWS', async () => {
    seen.length = 0;
    const aws = { ...readerOf('from-aws'), onlyInLambda: true };
    for (const given of [undefined, aws]) {
      const { tick } = withSecret(parts({ variables: { TOKEN: 'from-env' } as object }, given));
      await tick('12:01');
    }

    expect(seen).toEqual(['from-env', 'from-env']);
    expect(aws.read).not.toHaveBeenCalled();
  });

  it.each([{}, { TOKEN: '' }])('on one machine fails without the variable, with what to do: %j', async (variables) => {
    const { raisedBy } = withSecret(parts({ variables }));

    expect(await message(raisedBy('12:01'))).toContain(
      'no environment variable TOKEN; set it, or write it into the file .tickover/secrets.env; then',
    );
  });
});

describe('a loop of a service with secrets', () => {
  const looped = (workload: (context: RunContext) => Promise<unknown>, options: object = {}) => {
    const log = keptLog();
    const service = defineService({ name: 'sync', interval: '1m', secrets: { TOKEN: 'ssm:/x' }, workload });
    return { log, loop: createLoop(service, { clock: fakeClock(), random: scriptedRandom(), log, ...options }) };
  };

  it('reads them by its reader, or from its environment', async () => {
    const seen: unknown[] = [];
    const workload = async ({ secrets }: RunContext) => void seen.push(secrets['TOKEN']);
    await looped(workload, { secrets: readerOf('from-aws') }).loop.start(1);
    await looped(workload, { surroundings: { env: { TOKEN: 'from-env' } } }).loop.start(1);

    expect(seen).toEqual(['from-aws', 'from-env']);
    await expect(looped(workload).loop.start(1)).rejects.toThrow('give it in the option `surroundings.env`');
  });

  it('masks them in its log and in the error that ends it', async () => {
    const { log, loop } = looped(
      async ({ secrets, log: own }) => {
        own.info(`using ${secrets['TOKEN']}`);
        throw new TypeError(`bad: ${secrets['TOKEN']}`);
      },
      { secrets: readerOf(VALUE) },
    );
    const error = (await loop.start(1).catch((reason: unknown) => reason)) as Error;

    expect(error).toMatchObject({ name: 'TypeError', message: 'bad: ***' });
    expect(`${error.stack}${JSON.stringify(asSent(log.lines))}`).not.toContain('swordfish');
    expect(log.of('info')).toEqual(['using ***']);
  });
});
