/**
 * A service that does as a server tells it. The rehearsal adds it to a copy of the project, as a user would add one.
 */
import { defineService, raiseForStatus } from '../../../lib/service/index.ts';

/** Raised in the copy to deploy a changed version. */
const VERSION = 1;

/** Due once a year, so that nothing but the rehearsal brings its ticks. */
export const steered = defineService<{ readonly url: string }>({
  name: 'steered',
  cron: '0 0 1 1 ? *',
  timezone: 'Europe/Berlin',
  interval: '1h',
  consecutive: 3,
  backoff: 2,
  restartAfter: 'never',
  timeout: '20s',
  prepare: ({ env }) => ({ url: env['STEERED_URL'] ?? '' }),
  workload: async ({ prepared, signal }) => {
    const response = raiseForStatus(await fetch(prepared.url, { signal }));
    await response.text();
    return { version: VERSION };
  },
});
