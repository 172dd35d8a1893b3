/** The server that steered services ask: it answers as the rehearsal says. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What it does to whoever asks: an HTTP status, or it hangs up without a word. */
export type Conduct = number | 'hang up';

/** A server under way. */
export interface Steering {
  readonly url: string;
  /** What it does from now on. */
  conduct: Conduct;
  stop(): Promise<void>;
}

/** Starts a server on 127.0.0.1 that answers 200. */
export async function startSteering(): Promise<Steering> {
  const steering = { conduct: 200 as Conduct };
  const server = createServer((request, response) => {
    const { conduct } = steering;
    if (conduct === 'hang up') request.socket.destroy();
    else response.writeHead(conduct, { connection: 'close' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(steering, {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
