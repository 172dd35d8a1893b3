import { defineService, raiseForStatus } from 'tickover';

/** Requests a site every minute, and measures how long it takes to answer. */
export default defineService({
  name: 'ping-site',
  interval: '1m',
  local: { interval: '10s' },
  prepare: ({ env }) => ({ url: env.SITE_URL ?? 'https://example.com/' }),
  workload: async ({ prepared, clock, signal, log }) => {
    const start = clock.now();
    raiseForStatus(await fetch(prepared.url, { method: 'HEAD', signal }));
    log.info('the site answered', { milliseconds: clock.now() - start });
  },
});
