/** The service of the README, as the page shows it, and its own test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { harness } from '../../lib/testing/index.ts';
import { ROOT } from '../support/process.ts';
import { httpServer, type Listening } from '../support/raw-server.ts';
import sweepSessions from './fixtures/sweep-sessions.ts';

let server: Listening;
let status = 200;
beforeEach(async () => {
  status = 200;
  server = await httpServer((request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify([`expired at ${request.url}`]));
  });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    fetch(url.replace('https://example.com', `http://127.0.0.1:${server.port}`), init),
  );
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

describe('the service of the README', () => {
  test('is the one that the page shows, as one file that imports the package', () => {
    const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, shown = ''] = /^```ts\n(import [^`]*name: 'sweep-sessions'[^`]*)```$/m.exec(page) ?? [];
    const file = readFileSync(join(ROOT, 'test/services/fixtures/sweep-sessions.ts'), 'utf8');

    expect(shown.replace("from 'tickover'", "from '../../../lib/index.ts'")).toBe(file);
  });

  test('has the test that docs/testing.md shows', () => {
    const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
    const [, code = ''] = /<!-- example -->\n\n```ts\n([\s\S]*?)```/.exec(page) ?? [];

    expect(code).toContain('harness(sweepSessions)');
    expect(readFileSync(import.meta.filename, 'utf8')).toContain(code.replace(/^(?=.)/gm, '  '));
  });

  test('logs what it found', async () => {
    const h = harness(sweepSessions);

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded' });
    expect(h.log).toContainEqual({
      level: 'info',
      message: 'found',
      fields: { fence: 1, sessions: ['expired at /sessions/expired'] },
    });
  });

  test('halts by status 404 at its first run, and a probe lifts the halt once the server answers', async () => {
    const h = harness(sweepSessions);
    status = 404;

    expect(await h.tick()).toMatchObject({ outcome: 'fatal', verdict: 'halted', error: { class: 'HttpStatusError' } });
    status = 200;
    const results = await h.advance('1h');

    expect(results.at(-1)).toMatchObject({ outcome: 'succeeded' });
    expect(results.filter(({ reason }) => reason === 'halted').length).toBe(9);
    expect(h.state).toMatchObject({ status: 'steady', halt: null });
  });

  test('is tolerant of a server that is down for a while', async () => {
    const h = harness(sweepSessions);
    status = 503;
    await h.advance('5m');
    expect(h.state).toMatchObject({ status: 'failing', streak: 2 });

    status = 200;
    await h.tick();
    expect(h.state).toMatchObject({ status: 'steady', streak: 0 });
  });
});
