/**
 * A process that is a Lambda function's: it invokes a handler once, and what that throws ends it, as an invocation that fails
 * may. `TEST_WORKLOAD`: `refused` throws what halts the service; `stubborn` ignores its signal, so that the process is recycled.
 */
import { scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/runner/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';

const refused = async () => {
  throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
};
const stubborn = () => new Promise(() => {});
const service = defineService({
  name: 'sync',
  interval: '1m',
  consecutive: 1,
  maxDuration: '100ms',
  workload: process.env['TEST_WORKLOAD'] === 'stubborn' ? stubborn : refused,
});
const handler = scheduledHandler(service, { store: memoryStore() });
const minute = Math.floor(Date.now() / 60_000) * 60_000;
// As Lambda's runtime does, the socket or timer that keeps it waiting keeps the process alive.
const alive = setInterval(() => {}, 1_000);
await handler({ scheduledFor: new Date(minute).toISOString() }, { getRemainingTimeInMillis: () => 20_000 });
clearInterval(alive);
