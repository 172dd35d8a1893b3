/** `fetch` does not throw on a status: `raiseForStatus` does, and tells what a classifier and a reader need. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpStatusError, raiseForStatus } from '../../lib/service/http.ts';
import { httpServer, type Listening } from '../support/raw-server.ts';

let server: Listening;

beforeAll(async () => {
  server = await httpServer((request, response) => {
    const status = Number(request.url?.slice(1, 4));
    response.writeHead(status, { 'retry-after': '3' }).end('the body');
  });
});

afterAll(() => server.close());

/** What is thrown for a response. */
function raisedBy(response: Response, options?: { method: string }): HttpStatusError {
  try {
    raiseForStatus(response, options);
  } catch (error) {
    if (error instanceof HttpStatusError) return error;
    throw error;
  }
  throw new Error('expected it to throw');
}

function answer(headers: Record<string, string>): Response {
  return new Response(null, { status: 503, headers });
}

describe('raising for a status', () => {
  it.each([200, 204, 304, 399])('gives the response back below 400: %i', (status) => {
    const response = new Response(null, { status });

    expect(raiseForStatus(response)).toBe(response);
  });

  it.each([400, 404, 429, 500, 599])('throws from 400 on: %i', (status) => {
    const error = raisedBy(new Response(null, { status }));

    expect(error).toMatchObject({ name: 'HttpStatusError', code: 'http-status', status, method: 'GET', url: '' });
    expect(error.message).toBe(`GET answered ${status}`);
  });

  it('leaves the body to be read', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/200`);

    expect(await raiseForStatus(response).text()).toBe('the body');
  });

  it('names request, address and status of a real answer, credentials masked', async () => {
    const address = `http://127.0.0.1:${server.port}/503?token=abc&page=2`;
    const response = await fetch(address, { method: 'POST' });

    const error = raisedBy(response, { method: 'POST' });

    expect(error.message).toBe(`POST http://127.0.0.1:${server.port}/503?token=***&page=2 answered 503`);
    expect(error.url).toBe(`http://127.0.0.1:${server.port}/503?token=***&page=2`);
    expect(error.retryAfter).toBe(3_000);
    expect(await response.text()).toBe('the body');
  });
});

describe('Retry-After', () => {
  const DATE = 'Wed, 01 Oct 2025 00:00:00 GMT';

  it.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['seconds with space around them', { 'retry-after': ' 5 ' }, 5_000],
    ['none', { 'retry-after': '0' }, 0],
    ['a date after that of the answer', { 'retry-after': 'Wed, 01 Oct 2025 00:02:00 GMT', date: DATE }, 120_000],
    ['a date in the form of old', { 'retry-after': 'Wednesday, 01-Oct-25 00:02:00 GMT', date: DATE }, 120_000],
    ['a date that has passed', { 'retry-after': 'Tue, 30 Sep 2025 00:00:00 GMT', date: DATE }, 0],
    ['a date, but not the date of the answer', { 'retry-after': 'Wed, 01 Oct 2025 00:02:00 GMT' }, undefined],
    [
      'a date, and a broken one of the answer',
      { 'retry-after': 'Wed, 01 Oct 2025 00:02:00 GMT', date: 'now' },
      undefined,
    ],
    ['a date without a zone', { 'retry-after': 'Wed, 01 Oct 2025 00:02:00', date: DATE }, undefined],
    ['a number below 0', { 'retry-after': '-5', date: DATE }, undefined],
    ['part of a second', { 'retry-after': '1.5', date: DATE }, undefined],
    ['words', { 'retry-after': 'soon', date: DATE }, undefined],
    ['nothing', { date: DATE }, undefined],
  ])('a header of %s is read in milliseconds, or not at all', (_, headers, milliseconds) => {
    expect(raisedBy(answer(headers)).retryAfter).toBe(milliseconds);
  });
});

describe("an HttpStatusError of one's own", () => {
  it('names what was expected instead', () => {
    const error = new HttpStatusError({
      status: 204,
      method: 'HEAD',
      url: 'https://example.test/up',
      expected: '200 or 301',
    });

    expect(error.message).toBe('HEAD https://example.test/up answered 204, expected 200 or 301');
    expect(error.retryAfter).toBeUndefined();
  });
});
