/** The SNS sender, by the real client, against a server in the place of SNS. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { classifyCritical, SEND_LIMIT } from '../../../lib/service/index.ts';
import { asciiSubject } from '../../../lib/watchdog/senders/sent-text.ts';
import { snsSender } from '../../../lib/watchdog/senders/sns.ts';
import { rawServer } from '../../support/raw-server.ts';
import { atAws, closeAll, context, endlessly, errorOf, NOON, notice, recording, served } from './kit.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';

beforeEach(() => atAws());
afterEach(async () => {
  vi.unstubAllEnvs();
  await closeAll();
});

const TAKEN =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';

function refusal(code: string): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

async function topic(answer: Parameters<typeof recording>[0] = (response) => response.end(TAKEN)) {
  const server = await served(recording(answer));
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${server.port}`);
  return {
    ...server,
    requests: () => server.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
  };
}

describe('A topic', () => {
  test('gets a message with subject, text and id, in the region of its ARN', async () => {
    const server = await topic();

    await snsSender(TOPIC).send(notice(), context().context);

    expect(server.requests()).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        TopicArn: TOPIC,
        Subject: 'Tickover-prod: sync is halted',
        Message: 'sync is halted.\nCause: TypeError: rows is not iterable',
        'MessageAttributes.entry.1.Name': 'id',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': `sync/halted/${NOON}`,
      },
    ]);
    expect(server.received[0]?.headers.authorization).toContain('/eu-central-1/sns/aws4_request');
  });

  test('of type FIFO drops a repetition by itself', async () => {
    const server = await topic();
    const sender = snsSender(`${TOPIC}.fifo`);

    await sender.send(notice(), context().context);
    await sender.send(notice(), context().context);
    await sender.send(notice({ id: 'another' }), context().context);

    const [first, second, third] = server.requests().map((request) => request['MessageDeduplicationId']);
    expect(first).toMatch(/^[\da-f]{64}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(server.requests()[0]).toMatchObject({ MessageGroupId: 'tickover' });
  });

  test('gets a text of at most 256 KB without control characters or half characters', async () => {
    const server = await topic();

    await snsSender(TOPIC).send(notice({ text: 'a\u0000b\u001b[2J\ud83d\nnext' }), context().context);
    await snsSender(TOPIC).send(notice({ text: 'é\n'.repeat(200_000) }), context().context);

    const [escaped, long] = server.requests().map(({ Message }) => Message ?? '');
    expect(escaped).toBe('a\\u0000b\\u001b[2J\\ud83d\nnext');
    expect(Buffer.byteLength(long ?? '')).toBeGreaterThan(250_000);
    expect(Buffer.byteLength(long ?? '')).toBeLessThan(256 * 1_024);
  });

  test.each([
    ['NotFound', 404, 'fatal'],
    ['AuthorizationError', 403, 'fatal'],
    ['Throttling', 400, 'failed'],
    ['InternalError', 500, 'failed'],
  ])('that answers %s has not taken it, and the error says so', async (code, status, kind) => {
    await topic((response) => response.writeHead(status, { 'content-type': 'text/xml' }).end(refusal(code)));

    const error = await errorOf(snsSender(TOPIC).send(notice(), context().context));

    expect(error.message).toMatch(new RegExp(`^sns: ${TOPIC}: ${code}\\w*: No\\.$`));
    expect(classifyCritical(error).kind).toBe(kind);
  });

  test.each([
    ['closes every connection', (socket: import('node:net').Socket) => socket.once('data', () => socket.end())],
    ['speaks no HTTP', (socket: import('node:net').Socket) => socket.once('data', () => socket.write('220 hi\r\n'))],
    [
      'answers 101',
      (socket: import('node:net').Socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
        ),
    ],
  ])('that %s has not taken it', async (_what, speak) => {
    const { port } = await served(rawServer(speak));
    vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${port}`);
    const { clock, context: run } = context();

    const sent = errorOf(snsSender(TOPIC).send(notice(), run));
    const ended = sent.then(() => true);
    // One that leaves the client waiting is given up by the limit.
    while (!(await Promise.race([ended, clock.advance(10).then(() => false)])));

    expect((await sent).message).toMatch(new RegExp(`^sns: ${TOPIC}: `));
  });

  test.each([
    ['never answers', () => {}],
    ['answers without end', endlessly],
  ])('that %s is given up by the limit of a send', async (_what, answer) => {
    const server = await topic(answer);
    const { clock, context: run } = context();

    const sent = errorOf(snsSender(TOPIC).send(notice(), run));
    await server.arrived;
    await clock.advance(SEND_LIMIT);

    expect((await sent).message).toBe(`sns: ${TOPIC}: TimeoutError: no answer within 8 s`);
    await server.ended;
  });

  test('that never answers is given up at once when the run ends', async () => {
    const server = await topic(() => {});
    const { stop, context: run } = context();

    const sent = errorOf(snsSender(TOPIC).send(notice(), run));
    await server.arrived;
    stop.abort(new Error('the time of the run is up'));

    expect((await sent).message).toBe(`sns: ${TOPIC}: the time of the run is up`);
    await server.ended;
  });
});

describe('A subject', () => {
  test.each([
    ['Tickover: sync is halted', 'Tickover: sync is halted'],
    ['  späte\nWartung\t→ “x” 🚲', 'spate?Wartung?? ?x? ?'],
    ['x'.repeat(101), 'x'.repeat(100)],
    [' \n ', '?'],
    ['', 'Tickover'],
  ])('has at most 100 printable ASCII characters, of %j', (given, subject) => {
    expect(asciiSubject(given)).toBe(subject);
  });
});
