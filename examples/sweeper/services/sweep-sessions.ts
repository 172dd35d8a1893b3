import { defineService } from 'tickover';
import { httpSessions } from './lib/sessions.js';

const PAGE = 100;
/** How long one page may take, in milliseconds. */
const TIME_OF_A_PAGE = 5_000;

/** Removes expired sessions page by page, and leaves to the next run what it has no time for. */
export default defineService({
  name: 'sweep-sessions',
  interval: '5m',
  timeout: '60s',
  prepare: httpSessions,
  workload: async ({ prepared: sessions, clock, deadline, signal }) => {
    let removed = 0;
    while (clock.now() < deadline - TIME_OF_A_PAGE) {
      const ids = await sessions.expired(PAGE, signal);
      await sessions.remove(ids, signal);
      removed += ids.length;
      if (ids.length < PAGE) return { removed, left: false };
      // The pause leaves the database time for its other users.
      await clock.sleep(1_000, signal);
    }
    return { removed, left: true };
  },
});
