/** Servers on 127.0.0.1 that answer byte by byte as a test says, to see what clients make of it. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A listening server. */
export interface Listening {
  readonly port: number;
  /** Ends every connection, then the server. */
  close(): Promise<void>;
}

/** A server that hands every connection to `onConnection`. */
export function rawServer(onConnection: (socket: Socket) => void): Promise<Listening> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    }),
  );
}

/** An HTTP server. */
export function httpServer(onRequest: RequestListener): Promise<Listening> {
  return listen(createHttpServer(onRequest));
}

/** Lets a server that is otherwise made listen on a free port. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await rawServer(() => {});
  await close();
  return port;
}
