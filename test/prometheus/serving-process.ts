/**
 * A process that serves metrics and has nothing else to do once its standard input ends; it tells where it serves, and
 * at its end whether it still did.
 */
import { metricsServer, prometheusObserver } from '../../lib/prometheus/index.ts';
import { rememberingLog } from '../metrics/tick-events.ts';

const { registry } = prometheusObserver();
const { log } = rememberingLog();
const server = metricsServer({ enabled: true, host: '127.0.0.1', port: 0, registry, log });

const address = await server.start();
process.stdout.write(`${address?.port}\n`);
process.on('exit', () =>
  process.stdout.write(server.address?.port === address?.port ? 'served to the end\n' : 'not serving\n'),
);
process.stdin.resume();
