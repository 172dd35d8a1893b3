/** The webhook sender, against servers that answer well, badly, endlessly or never. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { classifyCritical, WEBHOOK_LIMIT } from '../../../lib/service/index.ts';
import { webhookSender } from '../../../lib/watchdog/senders/webhook.ts';
import { closedPort, rawServer } from '../../support/raw-server.ts';
import {
  change,
  closeAll,
  context,
  endlessly,
  errorOf,
  NOON,
  notice,
  recording,
  served,
  signalled,
  speaking,
} from './kit.ts';

afterEach(closeAll);

const PATH = '/hooks/T0PSECRETPATH?key=QUERYSECRET';
const SECRETS = ['T0PSECRETPATH', 'QUERYSECRET', 'hunter2-hunter2', 'aunt-agatha'];

function senderTo(port: number, template?: string) {
  const url = new URL(`http://aunt-agatha:hunter2-hunter2@127.0.0.1:${port}${PATH}`);
  return webhookSender({ url, stack: 'Tickover-prod', template });
}

/** Everything that may reach a log of the error. */
function everything(error: Error): string {
  return inspect(error, { depth: 10, showHidden: true });
}

describe('A webhook', () => {
  test('gets one POST of JSON: the text as chats read it, and the changes as data', async () => {
    const server = await served(recording((response) => response.writeHead(204).end()));

    await senderTo(server.port).send(notice(), context().context);

    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      path: PATH,
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('aunt-agatha:hunter2-hunter2').toString('base64')}`,
      },
    });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      text: 'sync is halted.\nCause: TypeError: rows is not iterable',
      subject: 'Tickover-prod: sync is halted',
      id: `sync/halted/${NOON}`,
      stack: 'Tickover-prod',
      count: 1,
      services: { sync: 'halted' },
      changes: [
        {
          id: `sync/halted/${NOON}`,
          service: 'sync',
          kind: 'halted',
          since: '2024-05-01T12:00:00.000Z',
          happened: 'sync is halted.',
          cause: 'TypeError: rows is not iterable',
          follows: 'Its ticks are skipped until 12:15.',
          command: 'npx tickover invoke sync resume',
        },
      ],
    });
  });

  test('gets its own JSON where there is a template', async () => {
    const server = await served(recording((response) => response.end('ok')));

    const cause = '"quoted" \\ and\na line';
    const template = '{"content":"{{ text }}","why":"{{cause}}","of":["{{service}}"]}';
    await senderTo(server.port, template).send(notice({ changes: [change({ cause })] }), context().context);

    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      content: 'sync is halted.\nCause: TypeError: rows is not iterable',
      why: cause,
      of: ['sync'],
    });
  });

  test.each([200, 201, 202, 204, 299])('that answers %i has taken the notice', async (status) => {
    const server = await served(recording((response) => response.writeHead(status).end()));

    await expect(senderTo(server.port).send(notice(), context().context)).resolves.toBeUndefined();
  });

  test('that answers 200 with a body without end has taken it, and the connection is ended', async () => {
    const server = await served(recording(endlessly));

    await senderTo(server.port).send(notice(), context().context);
    await server.ended;
  });

  test.each([301, 302, 303, 307, 308])('that answers %i is not followed, and has not taken it', async (status) => {
    const elsewhere = await served(recording((response) => response.end()));
    const location = `http://127.0.0.1:${elsewhere.port}${PATH}`;
    const server = await served(recording((response) => response.writeHead(status, { location }).end()));

    const error = await errorOf(senderTo(server.port).send(notice(), context().context));

    expect(error.message).toBe(`webhook: POST http://127.0.0.1:${server.port}/*** answered ${status}, expected 2xx`);
    expect(elsewhere.received).toEqual([]);
  });

  test.each([
    [400, 'fatal'],
    [404, 'fatal'],
    [429, 'fatal'],
    [500, 'failed'],
    [503, 'failed'],
  ])('that answers %i has not taken it; the reason that it gives is shown without secrets', async (status, kind) => {
    const reason = `no\nsuch hook: ${PATH} of aunt-agatha`;
    const server = await served(recording((response) => response.writeHead(status).end(reason)));

    const error = await errorOf(senderTo(server.port).send(notice(), context().context));

    expect(error.message).toMatch(
      new RegExp(` answered ${status}, expected 2xx: no such hook: \\*\\*\\* of \\*\\*\\*$`),
    );
    expect(classifyCritical(error).kind).toBe(kind);
    for (const secret of SECRETS) expect(everything(error)).not.toContain(secret);
  });

  test('that answers 500 with a body without end is given up', async () => {
    const server = await served(recording((response) => endlessly(response.writeHead(500))));

    const error = await errorOf(senderTo(server.port).send(notice(), context().context));

    expect(error.message).toMatch(/ answered 500, expected 2xx: x{200}$/);
    await server.ended;
  });

  test('that answers 500 and then nothing is given up after a second, with its status', async () => {
    const server = await served(recording((response) => response.writeHead(500).flushHeaders()));
    const { clock, context: run } = context();

    const sent = errorOf(senderTo(server.port).send(notice(), run));
    await untilAsleep(clock, 2);
    await clock.advance(1_000);

    expect((await sent).message).toMatch(/ answered 500, expected 2xx$/);
    await server.ended;
  });

  test('that never answers is given up after five seconds', async () => {
    const server = await served(recording(() => {}));
    const { clock, context: run } = context();

    const sent = errorOf(senderTo(server.port).send(notice(), run));
    await server.arrived;
    await clock.advance(WEBHOOK_LIMIT);

    const error = await sent;
    expect(error.message).toMatch(/: TimeoutError: no answer within 5 s$/);
    expect(classifyCritical(error).kind).toBe('failed');
    await server.ended;
  });

  test('that never answers is given up at once when the run ends', async () => {
    const server = await served(recording(() => {}));
    const { clock, stop, context: run } = context();

    const sent = errorOf(senderTo(server.port).send(notice(), run));
    await server.arrived;
    stop.abort(new Error('the time of the run is up'));

    expect((await sent).message).toMatch(/: the time of the run is up$/);
    expect(clock.sleeping).toBe(0);
    await server.ended;
  });

  test('is not asked once the run has ended', async () => {
    const server = await served(recording((response) => response.end()));
    const { stop, context: run } = context();

    stop.abort(new Error('the time of the run is up'));
    const error = await errorOf(senderTo(server.port).send(notice(), run));

    expect(error.message).toMatch(/: the time of the run is up$/);
    expect(server.received).toEqual([]);
  });

  const RUDE: readonly (readonly [string, () => Promise<{ readonly port: number }>])[] = [
    ['closes the connection', () => served(rawServer((socket) => socket.once('data', () => socket.end())))],
    ['resets the connection', () => served(rawServer((socket) => socket.once('data', () => socket.resetAndDestroy())))],
    ['speaks no HTTP', () => served(speaking('220 mail.example ESMTP\r\n'))],
    [
      'answers 101',
      () => served(speaking('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')),
    ],
    ['doesn’t listen', async () => ({ port: await closedPort() })],
  ];
  test.each(RUDE)('that %s has not taken it, and the error has no secret', async (_what, listen) => {
    const { port } = await listen();

    const error = await errorOf(senderTo(port).send(notice(), context().context));

    expect(error.message).toMatch(new RegExp(`^webhook: POST http://127\\.0\\.0\\.1:${port}/\\*\\*\\*: `));
    for (const secret of SECRETS) expect(everything(error)).not.toContain(secret);
  });

  test('that announces early and never answers is given up after five seconds', async () => {
    const early = signalled();
    const server = await served(
      rawServer((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
          early.resolve();
        }),
      ),
    );
    const { clock, context: run } = context();

    const sent = errorOf(senderTo(server.port).send(notice(), run));
    await early.promise;
    await clock.advance(WEBHOOK_LIMIT);

    expect((await sent).message).toMatch(/no answer within 5 s$/);
  });
});

/** Gives the event loop turns until so many sleep on the clock. */
async function untilAsleep(clock: { readonly sleeping: number; advance(ms: number): Promise<void> }, count: number) {
  while (clock.sleeping < count) await clock.advance(0);
}
