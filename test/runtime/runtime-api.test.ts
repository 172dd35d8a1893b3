import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RuntimeApi, runtimeApi } from './runtime-api.ts';

let api: RuntimeApi;

beforeEach(async () => {
  api = await runtimeApi();
});
afterEach(() => api.close());

/** What a runtime sends. */
async function sent(method: 'GET' | 'POST', path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://${api.address}/2018-06-01/runtime/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const next = () => sent('GET', 'invocation/next');
const idOf = ({ headers }: Awaited<ReturnType<typeof sent>>) => headers.get('lambda-runtime-aws-request-id');

test('a runtime is given the event with its deadline, and its answer comes back', async () => {
  const result = api.invoke({ event: { action: 'status' }, deadline: 1_790_000_000_000 });

  const given = await next();
  const accepted = await sent('POST', `invocation/${idOf(given)}/response`, { status: 'steady' });

  expect(given.body).toEqual({ action: 'status' });
  expect(given.headers.get('lambda-runtime-deadline-ms')).toBe('1790000000000');
  expect(accepted.status).toBe(202);
  expect(await result).toEqual({ answer: { status: 'steady' } });
});

test('a runtime that asks before there is an event waits for it', async () => {
  const given = next();

  void api.invoke({ event: 'first', deadline: 0 });

  expect((await given).body).toBe('first');
});

test('events are handed out in their order, each under an id of its own', async () => {
  void api.invoke({ event: 'first', deadline: 0 });
  void api.invoke({ event: 'second', deadline: 0 });

  const [one, other] = [await next(), await next()];

  expect([one.body, other.body]).toEqual(['first', 'second']);
  expect(idOf(one)).not.toBe(idOf(other));
});

test('an error comes back as the runtime reports it', async () => {
  const result = api.invoke({ event: {}, deadline: 0 });
  const error = { errorType: 'TypeError', errorMessage: 'rows is not iterable', trace: ['TypeError: rows'] };

  const id = idOf(await next());
  await sent('POST', `invocation/${id}/error`, error, { 'Lambda-Runtime-Function-Error-Type': 'TypeError' });

  expect(await result).toEqual({ error: { type: 'TypeError', ...error } });
});

test('an error at the start is kept', async () => {
  const { status } = await sent('POST', 'init/error', { errorType: 'Oops', errorMessage: 'no table', trace: [] });

  expect(status).toBe(202);
  expect(api.initErrors).toEqual([{ type: undefined, errorType: 'Oops', errorMessage: 'no table', trace: [] }]);
});

test.each(['invocation/nobodys/response', 'init/answer'])('%s is nothing that was asked for', async (path) => {
  expect((await sent('POST', path, {})).status).toBe(404);
});
