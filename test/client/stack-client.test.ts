/** The client of a stack: what it sends, where it finds functions, and what it does if some don't answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../lib/client/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { deploy, functionOf, report, STACK, stackClient, sync, WATCHDOG_FUNCTION } from './kit.ts';
import { type LambdaApi, lambdaApi, Refusal } from './lambda-api.ts';

const FAILED = 'function-failed';
const KEYS = { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const ANSWER = {
  ...{ action: 'run-once', service: 'sync', tick: null, disposition: 'ran', reason: null, outcome: 'succeeded' },
  ...{ verdict: 'steady', durationMs: 5, fence: 1, backoffCount: 0, nextDue: null, error: null, result: { rows: 1 } },
  ...{ bypassed: [], stays: [] },
};

const database = useDatabase();
let api: LambdaApi;

beforeAll(async () => {
  api = await lambdaApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.functions.clear();
  api.invocations.length = 0;
  deploy(api, database, [sync, report]);
});

describe('an argument that can not be sent', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  test.each<[string, (client: ReturnType<typeof stackClient>) => Promise<unknown>]>([
    ['input: expected a value', (client) => client.runOnce('sync', { input: 1n })],
    ['input: expected a value', (client) => client.runOnce('sync', { input: circular })],
    ['until: expected an instant', (client) => client.pause('sync', { reason: 'x', until: new Date(Number.NaN) })],
    ['until: expected an instant', (client) => client.pause('sync', { reason: 'x', until: null as never })],
    ['service: expected the name', (client) => client.status(undefined as never)],
    ['service: expected the name', (client) => client.resume(5 as never)],
  ])('is refused with %s by the error of the client, and nothing is sent', async (message, request) => {
    await expect(request(stackClient(api))).rejects.toMatchObject({
      ...{ name: 'ClientError', code: 'refused', message: expect.stringContaining(message) },
    });
    expect(api.invocations).toEqual([]);
  });
});

describe('a run by hand', () => {
  test('is sent once with force and input, to the function that the list names', async () => {
    api.functions.set(functionOf('sync'), () => ANSWER);

    const answer = await stackClient(api).runOnce('sync', { force: true, input: { page: 3 } });

    expect(answer).toEqual(ANSWER);
    expect(api.invocations).toEqual([
      { functionName: WATCHDOG_FUNCTION, event: { action: 'list' } },
      {
        functionName: functionOf('sync'),
        event: { action: 'run-once', service: 'sync', force: true, input: { page: 3 } },
      },
    ]);
  });

  test('by its definition returns the result of the workload', async () => {
    const { outcome, result } = await stackClient(api).runOnce(sync);

    expect([outcome, result]).toEqual(['succeeded', { rows: 3 }]);
  });

  test('that fails is answered with its error, and rejects nothing', async () => {
    const answer = await stackClient(api).runOnce(report);

    expect(answer).toMatchObject({ outcome: 'failed', error: { class: 'ECONNREFUSED' }, result: null });
  });

  test('whose connection breaks is not sent a second time', async () => {
    api.functions.set(functionOf('sync'), new Refusal(500, 'ServiceException'));

    await expect(stackClient(api).runOnce('sync')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('whether anything was done is not known; ask for the status'),
    });
    expect(api.invocations.filter(({ functionName }) => functionName === functionOf('sync'))).toHaveLength(1);
  });

  test('whose input the service refuses rejects with the words of the service', async () => {
    api.functions.set(functionOf('sync'), () => ({ error: 'invalid-input', message: 'input.page: expected a number' }));

    await expect(stackClient(api).runOnce('sync', { input: 'x' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('input.page: expected a number'),
    });
  });
});

describe('a function', () => {
  test('is found once, and its name is used again', async () => {
    const client = stackClient(api);
    await client.status('sync');
    await client.status('report');

    expect(api.invocations.map(({ functionName }) => functionName)).toEqual([
      WATCHDOG_FUNCTION,
      functionOf('sync'),
      functionOf('report'),
    ]);
  });

  test('that a deploy has moved is found by a new list, and is asked once', async () => {
    const client = stackClient(api);
    const { services } = await client.list();
    const moved = services.map((each) => (each.name === 'sync' ? { ...each, function: 'Prod-Moved' } : each));
    api.functions.set('Prod-Moved', api.functions.get(functionOf('sync')) as never);
    api.functions.delete(functionOf('sync'));
    api.functions.set(WATCHDOG_FUNCTION, () => ({ action: 'list', at: 'now', services: moved }));

    expect(await client.runOnce('sync')).toMatchObject({ outcome: 'succeeded' });
    expect(api.invocations.map(({ functionName }) => functionName)).toEqual([
      ...[WATCHDOG_FUNCTION, functionOf('sync'), WATCHDOG_FUNCTION, 'Prod-Moved'],
    ]);
  });

  test('that no longer runs the service makes the client ask for a new list, and not run it twice', async () => {
    const client = stackClient(api);
    await client.list();
    const message = "group small: service: expected 'a', got 'sync'; nothing was done";
    api.functions.set(functionOf('sync'), () => ({ error: 'unknown-service', message }));

    await expect(client.runOnce('sync')).rejects.toMatchObject({
      code: 'unknown-service',
      message: expect.stringContaining(message),
    });
    expect(api.invocations.map(({ functionName }) => functionName)).toEqual([
      ...[WATCHDOG_FUNCTION, functionOf('sync'), WATCHDOG_FUNCTION],
    ]);
  });

  test('that the caller names needs no list', async () => {
    api.functions.delete(WATCHDOG_FUNCTION);
    const client = stackClient(api, { functions: { sync: functionOf('sync') } });

    expect(await client.status('sync')).toMatchObject({ service: 'sync' });
    expect(api.invocations).toHaveLength(1);
  });

  test('of the watchdog has the name that the caller gives', async () => {
    api.functions.set('mine', api.functions.get(WATCHDOG_FUNCTION) as never);
    api.functions.delete(WATCHDOG_FUNCTION);

    expect((await stackClient(api, { watchdog: 'mine' }).list()).source).toBe('watchdog');
  });

  test('whose name comes with the deploy is asked for, and nothing is invoked', async () => {
    const { services } = await stackClient(api).list();
    const nested = services.map((each) => ({ ...each, function: null }));
    api.functions.set(WATCHDOG_FUNCTION, () => ({ action: 'list', at: 'now', services: nested }));

    await expect(stackClient(api).status('sync')).rejects.toMatchObject({
      code: 'not-available',
      message: expect.stringContaining('functions: { NAME: function }'),
    });
  });
});

describe('a service', () => {
  test('that the stack does not have is refused with the nearest name', async () => {
    await expect(stackClient(api).pause('snyc', { reason: 'x' })).rejects.toMatchObject({
      code: 'unknown-service',
      subject: 'snyc',
      message: expect.stringMatching(
        /^snyc: the stack Prod has no service of this name; did you mean '?sync'?\?; nothing/,
      ),
    });
  });

  test('that the watchdog does not watch has no history', async () => {
    await expect(stackClient(api).history('other')).rejects.toMatchObject({ code: 'unknown-service' });
  });

  test('is never forgotten by a client of a stack', async () => {
    await expect(stackClient(api).forget('sync', { confirm: 'sync' })).rejects.toMatchObject({
      code: 'not-available',
      message: expect.stringContaining('createClient({ table, region })'),
    });
    expect(api.invocations).toEqual([]);
  });
});

describe('a list that the watchdog does not answer', () => {
  const functions = { sync: functionOf('sync'), report: functionOf('report') };

  test('is made of the statuses of the known functions, and says so', async () => {
    api.functions.delete(WATCHDOG_FUNCTION);

    const list = await stackClient(api, { functions }).list();

    expect(list).toMatchObject({ source: 'functions', problem: expect.stringContaining(WATCHDOG_FUNCTION) });
    expect(list.services.map(({ name, status, cadence }) => [name, status, cadence])).toEqual([
      ['report', expect.any(String), null],
      ['sync', expect.any(String), null],
    ]);
  });

  test('uses the functions of the last list that it did answer', async () => {
    const client = stackClient(api);
    await client.list();
    api.functions.set(WATCHDOG_FUNCTION, new Refusal(403, 'AccessDeniedException'));

    expect((await client.list()).services.map(({ name }) => name)).toEqual(['report', 'sync']);
  });

  test('shows a function that does not answer either as not read, with the reason', async () => {
    api.functions.clear();
    api.functions.set(functionOf('sync'), () => {
      throw new TypeError('no');
    });

    const { services } = await stackClient(api, { functions: { sync: functionOf('sync') } }).list();

    expect(services).toMatchObject([
      { name: 'sync', status: 'not-read', healthy: null, cause: expect.stringContaining('(TypeError: no)') },
    ]);
  });

  test('rejects if no function is known', async () => {
    api.functions.delete(WATCHDOG_FUNCTION);

    await expect(stackClient(api).list()).rejects.toMatchObject({ code: 'not-found', subject: STACK });
  });
});

describe('a refusal', () => {
  test.each([
    [403, 'AccessDeniedException', 'access-denied', 'check its credentials and rights'],
    [403, 'ExpiredTokenException', 'access-denied', 'check its credentials and rights'],
    [403, 'UnrecognizedClientException', 'access-denied', 'check its credentials and rights'],
    [404, 'ResourceNotFoundException', 'not-found', 'check its name, the region and the account'],
    [429, 'TooManyRequestsException', 'throttled', 'nothing was done; try again later'],
    [400, 'InvalidParameterValueException', 'refused', 'nothing was done; correct it'],
    [413, 'RequestTooLargeException', 'refused', 'nothing was done; correct it'],
    [500, 'ServiceException', 'unreachable', 'whether anything was done is not known'],
  ])('of status %i and type %s has the code %3$s', async (status, type, code, words) => {
    api.functions.set(functionOf('sync'), new Refusal(status, type));
    const client = stackClient(api, { functions: { sync: functionOf('sync') } });

    await expect(client.runOnce('sync')).rejects.toMatchObject({
      ...{ name: 'ClientError', code, subject: 'sync' },
      message: expect.stringMatching(new RegExp(`^sync: .*${functionOf('sync')}.*${words}.*${type}`)),
    });
  });

  test('of an endpoint that is not there has the code unreachable', async () => {
    const client = createClient({ stack: STACK, endpoint: 'http://127.0.0.1:1', region: 'us-east-1', ...KEYS });

    await expect(client.list()).rejects.toMatchObject({ code: 'unreachable', subject: STACK });
  });

  test.each([
    [Object.assign(new Error('2025 Task timed out after 60.00 seconds'), { name: 'Error' }), 'timed-out'],
    [Object.assign(new Error('x'), { name: 'Sandbox.Timedout' }), 'timed-out'],
    [Object.assign(new Error('RequestId: 1 Error: Runtime exited'), { name: 'Runtime.ExitError' }), FAILED],
    [Object.assign(new Error('sync: the event is malformed'), { name: 'MalformedEventError' }), 'refused'],
  ])('%s of a function has the code %s', async (error, code) => {
    api.functions.set(functionOf('sync'), () => {
      throw error;
    });
    const client = stackClient(api, { functions: { sync: functionOf('sync') } });

    await expect(client.runOnce('sync')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(error.message),
    });
  });

  test.each(['no JSON', null, [], 7, { action: 'status' }, { error: 'x' }])(
    'to take %j as an answer has the code bad-answer',
    async (answer) => {
      api.functions.set(functionOf('sync'), () => answer);
      const client = stackClient(api, { functions: { sync: functionOf('sync') } });

      await expect(client.status('sync')).rejects.toMatchObject({
        code: 'bad-answer',
        message: expect.stringContaining('give the client the version of tickover that is deployed'),
      });
    },
  );

  test('hides credentials that a foreign function answers with', async () => {
    api.functions.set(functionOf('sync'), () => {
      throw new Error('https://ada:hunter22hunter22@example.com failed');
    });
    const client = stackClient(api, { functions: { sync: functionOf('sync') } });

    await expect(client.status('sync')).rejects.not.toThrow('hunter22');
  });
});

describe('createClient', () => {
  test.each([
    [{}, 'either the name of a stack, or the name of a table, got none'],
    [{ stack: 'a', table: 'b' }, "either the name of a stack, or the name of a table, got 'stack', 'table'"],
    [{ stack: '' }, "either the name of a stack, or the name of a table, got 'stack'"],
    [{ stack: 'a', regoin: 'x' }, 'regoin: expected only known names'],
    [{ table: 'a', functions: {} }, 'functions: expected only known names'],
  ])('refuses the options %j', (options, words) => {
    expect(() => createClient(options as never)).toThrow(words);
  });
});
