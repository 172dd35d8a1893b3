/** The option `secrets`: how it is written, and when its values are fetched. */
import { afterEach, describe, expect, expectTypeOf, it, test } from 'vitest';
import {
  defineService,
  type RunContext,
  runSecrets,
  type SecretReference,
  type Secrets,
  SecretsUnavailableError,
  type Surroundings,
} from '../../lib/service/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { forgetValues, mask } from '../../lib/text/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';

afterEach(forgetValues);

const defined = (secrets: Readonly<Record<string, unknown>>, more = {}) =>
  defineService({ name: 'sync', interval: '5m', secrets: secrets as Record<string, SecretReference>, ...more });

describe('the option `secrets`', () => {
  test.each([
    ['ssm:/prod/api-token', { kind: 'ssm', id: '/prod/api-token' }],
    ['ssm:token', { kind: 'ssm', id: 'token' }],
    ['ssm:/prod/token:3', { kind: 'ssm', id: '/prod/token:3' }],
    ['ssm:/prod/db#password', { kind: 'ssm', id: '/prod/db', key: 'password' }],
    [
      'ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/prod/token',
      { kind: 'ssm', id: 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/token' },
    ],
    ['secretsmanager:prod/db', { kind: 'secretsmanager', id: 'prod/db' }],
    ['secretsmanager:prod/db#a key: of JSON', { kind: 'secretsmanager', id: 'prod/db', key: 'a key: of JSON' }],
    [
      'secretsmanager:arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:db-AbCdEf#password',
      {
        kind: 'secretsmanager',
        id: 'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:db-AbCdEf',
        key: 'password',
      },
    ],
  ])('takes %s', (reference, read) => {
    expect(defined({ API_TOKEN: reference }).secrets).toEqual([{ name: 'API_TOKEN', ...read }]);
  });

  const expected = "'ssm:' and a parameter, or 'secretsmanager:' and a secret, with '#key' for one field of JSON";
  test.each([
    ['hunter2-and-more', 'a text of 16 characters'],
    ['smm:/prod/token', "'smm:...'; did you mean 'ssm:'?"],
    ['ssm:', "'ssm:' and 0 characters"],
    ['ssm:/my token', "'ssm:' and 9 characters"],
    ['ssm:/prod/db#', "'ssm:' and 9 characters"],
    ['secretsmanager:what?', "'secretsmanager:' and 5 characters"],
    ['secretsmanager:arn:aws:ssm:eu-west-1:123456789012:parameter/x', "'secretsmanager:' and 46 characters"],
    [5, 'a value of type number'],
    [null, 'null'],
    [undefined, 'a value of type undefined'],
  ])('refuses %j without showing it, since it may be the secret itself', (reference, got) => {
    expect(() => defined({ API_TOKEN: reference })).toThrow(`secrets.API_TOKEN: expected ${expected}, got ${got}`);
  });

  test.each(['api-token', 'apiToken', '', '1ST', '__proto__x', 'A'.repeat(65)])('refuses the name %j', (name) => {
    expect(() => defined({ [name]: 'ssm:/x' })).toThrow('secrets: expected a name of capitals, digits and _');
  });

  test.each(['AWS_SECRET_ACCESS_KEY', 'TICKOVER_TABLE'])('refuses the name %s, which others read', (name) => {
    expect(() => defined({ [name]: 'ssm:/x' })).toThrow('secrets: expected a name that begins neither with AWS_ nor');
  });

  it('takes at most 20 secrets', () => {
    const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`S_${n}`, 'ssm:/x']));

    expect(defined(named(20)).secrets).toHaveLength(20);
    expect(() => defined(named(21))).toThrow('secrets: expected at most 20, got 21');
  });

  it('is refused where it names a parameter that stands for a secret of Secrets Manager', () => {
    expect(() => defined({ DB: 'ssm:/aws/reference/secretsmanager/db' })).toThrow(
      "secrets.DB: expected 'secretsmanager:'",
    );
  });

  it('may be left out, undefined or empty', () => {
    const without = defineService({ name: 'sync', interval: '5m' });

    expect([without.secrets, defined({}).secrets, without.secretsMaxAge]).toEqual([[], [], 300_000]);
  });

  it('has types: a reference begins with its store, and a workload and `prepare` read texts', () => {
    expectTypeOf<RunContext['secrets']>().toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf<Surroundings['secrets']>().toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf<'vault:x'>().not.toExtend<SecretReference>();
    defineService({
      ...{ name: 'sync', interval: '5m' },
      secrets: { TOKEN: 'ssm:/token' },
      prepare: ({ secrets }) => ({ length: secrets['TOKEN']?.length }),
      workload: async ({ prepared }) => expectTypeOf(prepared.length).toEqualTypeOf<number | undefined>(),
    });
  });
});

/** A reader that answers with one value after another, or throws it if it is an error. */
function scripted(...answers: readonly (string | Error)[]) {
  const left = [...answers];
  let reads = 0;
  const read = async (): Promise<Secrets> => {
    reads += 1;
    const answer = left.shift() ?? 'no more';
    if (answer instanceof Error) throw answer;
    return { TOKEN: answer };
  };
  return { read, reads: () => reads };
}

function secretsOver(reader: ReturnType<typeof scripted>, more = {}) {
  const [clock, log] = [fakeClock(), keptLog()];
  const secrets = runSecrets(defined({ TOKEN: 'ssm:/token' }, more), { reader, clock, log });
  if (secrets === undefined) throw new Error('no secrets');
  const refresh = () => secrets.refresh(new AbortController().signal);
  return { secrets, clock, log, refresh, value: () => secrets.values['TOKEN'] };
}

const throttled = () => errorWith('Rate exceeded', { name: 'ThrottlingException', $metadata: {} });
const denied = () => errorWith('not authorized', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });

describe('the secrets of a process', () => {
  it('do not exist for a service without secrets', () => {
    const parts = { reader: scripted(), clock: fakeClock(), log: keptLog() };

    expect(runSecrets(defined({}), parts)).toBeUndefined();
  });

  it('are fetched once, and again once they are older than `secretsMaxAge`', async () => {
    const reader = scripted('first-value', 'second-value');
    const { clock, refresh, value } = secretsOver(reader, { secretsMaxAge: '1m' });
    await refresh();
    await clock.advance(59_999);
    await refresh();
    expect([value(), reader.reads()]).toEqual(['first-value', 1]);
    await clock.advance(1);
    await refresh();

    expect([value(), reader.reads()]).toEqual(['second-value', 2]);
  });

  it('are read through properties that always have the newest value, and that `console.log` does not show', async () => {
    const { secrets, clock, refresh } = secretsOver(scripted('first-value', 'second-value'));
    const { values } = secrets;
    await refresh();
    expect(values['TOKEN']).toBe('first-value');
    await clock.advance(300_000);
    await refresh();

    expect(values['TOKEN']).toBe('second-value');
    expect([Object.keys(values), JSON.stringify(values), 'TOKEN' in values]).toEqual([[], '{}', true]);
  });

  it('are masked from then on, and so are earlier ones, which a log may still contain', async () => {
    const { clock, refresh } = secretsOver(scripted('first-value', 'second-value'));
    await refresh();
    await clock.advance(300_000);
    await refresh();

    expect(mask('first-value, then second-value')).toBe('***, then ***');
  });

  it('stay in use for an hour beyond their age while AWS cannot answer, and are tried again after 30 s', async () => {
    const reader = scripted('first-value', throttled(), throttled(), throttled());
    const { clock, log, refresh, value } = secretsOver(reader);
    await refresh();
    await clock.advance(300_000);
    await refresh();
    await clock.advance(29_999);
    await refresh();
    expect([value(), reader.reads()]).toEqual(['first-value', 2]);
    await clock.advance(1);
    await refresh();
    expect(reader.reads()).toBe(3);
    expect(log.of('warn')).toHaveLength(2);
    expect(log.of('warn')[0]).toBe(
      'sync: its secrets could not be fetched again; the run uses those that were fetched before',
    );
    await clock.advance(3_600_000);

    await expect(refresh()).rejects.toThrow('sync: no secrets for this run: Rate exceeded');
  });

  it('are not spared if the error is not transient, since the right to read them may have been taken away', async () => {
    const { clock, refresh } = secretsOver(scripted('first-value', denied()));
    await refresh();
    await clock.advance(300_000);

    await expect(refresh()).rejects.toBeInstanceOf(SecretsUnavailableError);
  });

  it('are fetched again after the clock was set back', async () => {
    const reader = scripted('first-value', 'second-value');
    let now = 10_000;
    const clock = { ...fakeClock(), now: () => now };
    const secrets = runSecrets(defined({ TOKEN: 'ssm:/token' }), { reader, clock, log: keptLog() });
    const { signal } = new AbortController();
    await secrets?.refresh(signal);
    now = 9_999;
    await secrets?.refresh(signal);

    expect(reader.reads()).toBe(2);
  });

  it('end with the error of a time limit if nothing answers', async () => {
    const read = () => new Promise<Secrets>(() => {});
    const { refresh } = secretsOver({ read, reads: () => 0 });

    await expect(refresh()).rejects.toThrow('no answer within 8 s');
  });

  it('are all there, or the run fails', async () => {
    const { refresh } = secretsOver({ read: async () => ({}), reads: () => 0 });

    await expect(refresh()).rejects.toThrow('the reader of secrets returned no text for TOKEN');
  });

  it('are reported once if they are too short to be masked', async () => {
    const { clock, log, refresh } = secretsOver(scripted('12345', '54321'));
    await refresh();
    await clock.advance(300_000);
    await refresh();

    expect(log.of('warn')).toEqual([
      'sync: the secret TOKEN has fewer than 6 characters; it is not masked in logs and errors; choose a longer value',
    ]);
  });
});
