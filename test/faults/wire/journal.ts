/**
 * The ledger: runs tell it of their beginning and end, and ask it what to do. A run can be killed or frozen while it
 * speaks.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Start } from './messages.ts';
import type { Play } from './play.ts';
import { strikeAt } from './strikes.ts';

/** A ledger that is open. */
export interface Journal {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Opens a ledger.
 * @param playing what is played, if anything is
 * @param now the present instant by the clock of those under test
 */
export async function openJournal(playing: () => Play | undefined, now: () => number): Promise<Journal> {
  const server = createServer((request, response) => {
    instructionTo(request, playing(), now)
      .then((instruction) => (instruction === undefined ? response.destroy() : response.end(instruction)))
      .catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the run is told; nothing where it is killed before it is heard. */
async function instructionTo(
  request: IncomingMessage,
  play: Play | undefined,
  now: () => number,
): Promise<string | undefined> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const start = JSON.parse(body) as Start;
  const place = request.url === '/start' ? 'start' : 'end';
  const manner = strikeAt(play?.strikes ?? [], place, start.client)?.manner;
  const instance = play?.instanceOf(start.client);
  if (manner === 'killed before') {
    instance?.signal('SIGKILL');
    return undefined;
  }
  if (place === 'start') play?.witness.started(start, now());
  else play?.witness.ended(start);
  if (manner === 'killed after') instance?.signal('SIGKILL');
  if (manner === 'frozen after') instance?.signal('SIGSTOP');
  if (manner === 'paused before') await play?.pauseOrResume('pause');
  if (manner === 'resumed before') await play?.pauseOrResume('resume');
  if (manner === 'rival runs before') await play?.rival();
  return play?.instruct() ?? 'succeed';
}
