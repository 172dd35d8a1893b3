/** A service that has nothing to do, so that its function uses only what Tickover itself needs. */
import { defineService } from '../../lib/service/index.ts';

/** The service. Its name is as long as most names of services, since it is part of each log line and item. */
export const healthy = defineService({ name: 'sync-customers', interval: '1m', workload: async () => {} });
