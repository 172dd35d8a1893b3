/** Whether an emulator that strangers can reach is noticed. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { beyondLoopback, listenersBeyondLoopback } from './listeners.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0000000000000000
   1: 00000000:22B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1002 1 0000000000000000
   2: 0100007F:11D6 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 1003 1 0000000000000000
   3: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2001 1 0000000000000000
   4: 0500000A:8000 0600000A:01BB 01 00000000:00000000 00:00000000 00000000     0        0 1004 1 0000000000000000
`;

test('listeners at any address but 127.0.0.1 are named; connections and the sockets of others are not', () => {
  expect(beyondLoopback(TABLE, new Set(['1001', '1002', '1003', '1004']))).toEqual(['00000000:22B3']);
});

test.runIf(process.platform === 'linux')('a socket of this process beyond 127.0.0.1 is found', async () => {
  const within = createServer().listen(0, '127.0.0.1');
  const beyond = createServer().listen(0, '127.0.0.2');
  await Promise.all([once(within, 'listening'), once(beyond, 'listening')]);
  const found = await listenersBeyondLoopback(process.pid);
  within.close();
  beyond.close();

  expect(found).toEqual([expect.stringMatching(/^0200007F:/)]);
});
