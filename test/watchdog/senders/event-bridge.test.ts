/** The EventBridge sender, by the real client, against a server in the place of EventBridge. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { classifyCritical, SEND_LIMIT } from '../../../lib/service/index.ts';
import type { ChangeKind } from '../../../lib/watchdog/index.ts';
import { eventBridgeSender } from '../../../lib/watchdog/senders/event-bridge.ts';
import { atAws, change, closeAll, context, endlessly, errorOf, NOON, notice, recording, served } from './kit.ts';

beforeEach(() => atAws());
afterEach(async () => {
  vi.unstubAllEnvs();
  await closeAll();
});

interface Entry {
  readonly [member: string]: string;
}

type Answer = { readonly FailedEntryCount: number; readonly Entries: readonly object[] };

/** A bus that answers each request so. */
async function bus(answerOf = (entries: readonly Entry[]): Answer => taken(entries)) {
  const server = await served(
    recording((response, at) => {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify(answerOf(entriesAt(at - 1))));
    }),
  );
  const entriesAt = (at: number) => (JSON.parse(server.received[at]?.body ?? '') as { Entries: Entry[] }).Entries;
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${server.port}`);
  return { ...server, requests: () => server.received.map((_, at) => entriesAt(at)) };
}

function taken(entries: readonly Entry[]): Answer {
  return { FailedEntryCount: 0, Entries: entries.map((_, at) => ({ EventId: String(at) })) };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, at) => change({ service: `s${at}`, id: `s${at}/halted/${NOON}` }));

describe('A bus', () => {
  test('gets an event with the change, its instant in ISO 8601, and the stack', async () => {
    const { requests } = await bus();

    await eventBridgeSender('mine', 'Tickover-prod').send(notice(), context().context);

    expect(requests()).toEqual([
      [{ EventBusName: 'mine', Source: 'tickover', DetailType: 'Service Halted', Detail: expect.any(String) }],
    ]);
    expect(JSON.parse(requests()[0]?.[0]?.['Detail'] ?? '')).toEqual({
      id: `sync/halted/${NOON}`,
      service: 'sync',
      kind: 'halted',
      since: '2024-05-01T12:00:00.000Z',
      happened: 'sync is halted.',
      cause: 'TypeError: rows is not iterable',
      follows: 'Its ticks are skipped until 12:15.',
      command: 'npx tickover invoke sync resume',
      stack: 'Tickover-prod',
    });
  });

  test.each<[ChangeKind, string]>([
    ['halted', 'Service Halted'],
    ['never-ran', 'Service Never Ran'],
    ['overdue', 'Service Overdue'],
    ['unhealthy', 'Service Unhealthy'],
    ['unreadable', 'Service Unreadable'],
    ['recovered', 'Service Recovered'],
  ])('gets %s under the detail type %s', async (kind, type) => {
    const { requests } = await bus();

    await eventBridgeSender('mine', 's').send(notice({ changes: [change({ kind })] }), context().context);

    expect(requests()[0]?.[0]?.['DetailType']).toBe(type);
  });

  test('that has an ARN is asked in its region', async () => {
    const { received } = await bus();
    const arn = 'arn:aws:events:eu-central-1:123456789012:event-bus/mine';

    await eventBridgeSender(arn, 's').send(notice(), context().context);
    await eventBridgeSender('mine', 's').send(notice(), context().context);

    expect(received.map(({ headers }) => /\/([a-z\d-]+)\/events\//.exec(headers.authorization ?? '')?.[1])).toEqual([
      'eu-central-1',
      'us-east-1',
    ]);
  });

  test('gets one event for each change of one notice, ten in a request, in their order', async () => {
    const { requests } = await bus();

    await eventBridgeSender('mine', 's').send(notice({ changes: many(23) }), context().context);

    expect(requests().map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(
      requests()
        .flat()
        .map(({ Detail = '' }) => (JSON.parse(Detail) as { service: string }).service),
    ).toEqual(many(23).map(({ service }) => service));
  });

  test('gets at most 256 KB in a request, however long the texts are', async () => {
    const { requests } = await bus();
    const long = '\u0000'.repeat(1_000_000);
    const texts = { happened: long, cause: long, follows: long, command: long };

    const changes = many(20).map((each) => ({ ...each, ...texts }));
    await eventBridgeSender('mine', 's').send(notice({ changes }), context().context);

    const sizes = requests().map((entries) =>
      entries.reduce(
        (sum, { Source, DetailType, Detail }) => sum + Buffer.byteLength(`${Source}${DetailType}${Detail}`),
        0,
      ),
    );
    expect(requests().flat()).toHaveLength(20);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1_024);
  });

  test('that did not take some of the events has not taken the notice, though all were sent', async () => {
    const throttled = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
    const { requests } = await bus((entries) => ({
      FailedEntryCount: 1,
      Entries: entries.map((_, at) => (at === 0 ? throttled : { EventId: '1' })),
    }));

    const error = await errorOf(eventBridgeSender('mine', 's').send(notice({ changes: many(12) }), context().context));

    expect(error.message).toBe('event-bridge: mine: 2 of 12 events were not taken: ThrottlingException: Rate exceeded');
    expect(classifyCritical(error).kind).toBe('failed');
    expect(requests().flat()).toHaveLength(12);
  });

  test('that counts failures without naming them has not taken the notice', async () => {
    await bus(() => ({ FailedEntryCount: 3, Entries: [] }));

    const error = await errorOf(eventBridgeSender('mine', 's').send(notice(), context().context));

    expect(error.message).toBe(
      'event-bridge: mine: 3 of 1 events were not taken: InternalFailure: no reason was given',
    );
  });

  test('that refuses the request has not taken the notice', async () => {
    const server = await served(
      recording((response) =>
        response
          .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
          .end('{"__type":"ResourceNotFoundException","message":"Event bus mine does not exist."}'),
      ),
    );
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${server.port}`);

    const error = await errorOf(eventBridgeSender('mine', 's').send(notice(), context().context));

    expect(error.message).toBe('event-bridge: mine: ResourceNotFoundException: Event bus mine does not exist.');
  });

  test.each([
    ['never answers', () => {}],
    ['answers without end', endlessly],
  ])('that %s is given up by the limit of a send, whatever the number of its requests', async (_what, answer) => {
    const server = await served(recording(answer));
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', `http://127.0.0.1:${server.port}`);
    const { clock, context: run } = context();

    const sent = errorOf(eventBridgeSender('mine', 's').send(notice({ changes: many(100) }), run));
    await server.arrived;
    await clock.advance(SEND_LIMIT);

    expect((await sent).message).toBe('event-bridge: mine: TimeoutError: no answer within 8 s');
    await server.ended;
  });
});
