/** A service that has nothing to do: all that its function takes is Tickover's own. */
import { defineService } from '../../lib/service/index.ts';

/** Its name is as long as most. */
export const healthy = defineService({ name: 'sync-customers', interval: '1m', workload: async () => {} });
