import { defineService } from '../../lib/service/index.ts';

/** A service whose workload does nothing. The name is as long as usual, since each log line contains it. */
export const healthy = defineService({ name: 'sync-customers', interval: '1m', workload: async () => {} });
