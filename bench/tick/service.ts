import { defineService } from '../../lib/service/index.ts';

/** A service whose workload does nothing. Its name has a usual length, since each log line contains the name. */
export const healthy = defineService({ name: 'sync-customers', interval: '1m', workload: async () => {} });
