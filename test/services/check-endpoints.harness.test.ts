/** check-endpoints as its users see it: over many ticks, against servers on this machine. */
import { afterEach, describe, expect, test } from 'vitest';
import { checkEndpoints } from '../../lib/services/check-endpoints.ts';
import { harness } from '../../lib/testing/index.ts';
import { closedPort, httpServer, type Listening } from '../support/raw-server.ts';

const running: Listening[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A server that answers with the statuses in order, and with the last one from then on. */
async function answering(...statuses: readonly number[]): Promise<string> {
  let requests = 0;
  const server = await httpServer((_, response) => {
    response.writeHead(statuses[Math.min(requests, statuses.length - 1)] ?? 200).end();
    requests += 1;
  });
  running.push(server);
  return `http://127.0.0.1:${server.port}/`;
}

const checking = (...endpoints: readonly object[]) =>
  harness(checkEndpoints, { env: { TICKOVER_ENDPOINTS: JSON.stringify(endpoints) } });

describe('check-endpoints', () => {
  test('returns a result for each endpoint', async () => {
    const url = await answering(204);
    const h = checking({ url });

    expect(await h.tick()).toMatchObject({ outcome: 'succeeded', result: [{ url, ok: true, status: 204 }] });
  });

  test('backs off after three failures in a row, and recovers with the server', async () => {
    const h = checking({ url: await answering(503, 503, 503, 200) });

    const results = await h.advance('5m');

    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      ...['failed', 'failed', 'failed', 'backoff', 'succeeded', 'succeeded'],
    ]);
    expect(results[4]?.report).toEqual(['Resetting backoff due to successful run.']);
    expect(h.log.filter(({ message }) => message === 'endpoint failed')).toHaveLength(3);
  });

  test('does not halt by a status that is fatal elsewhere, and names the endpoint that is down', async () => {
    const h = checking({ url: await answering(404) }, { url: `http://127.0.0.1:${await closedPort()}/` });

    const { outcome, error } = await h.tick();

    expect(outcome).toBe('fatal');
    expect(error?.message).toMatch(/^2 of 2 endpoints failed: .*404.*; .*ECONNREFUSED/);
    expect(h.state).toMatchObject({ status: 'failing', halt: null, streak: 1 });
  });

  test('gives an endpoint that never answers up after its own time limit', async () => {
    const silent = await httpServer(() => {});
    running.push(silent);
    const h = checking({ url: `http://127.0.0.1:${silent.port}/`, timeout: '7s' }, { url: await answering(200) });

    expect(await h.tick()).toMatchObject({ outcome: 'failed', durationMs: 7_000 });
  });

  test('fails by a faulty list of endpoints as on Lambda, in each run', async () => {
    const h = harness(checkEndpoints, { env: { TICKOVER_ENDPOINTS: '[{"url":"nowhere"}]' } });

    const { error } = await h.tick();

    expect(error).toMatchObject({
      class: 'InvalidOptionsError',
      message: expect.stringContaining('TICKOVER_ENDPOINTS[0].url: expected a URL of http or https'),
    });
  });
});
