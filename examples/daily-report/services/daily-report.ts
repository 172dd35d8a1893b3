import { defineService, raiseForStatus, type Surroundings } from 'tickover';

const TIME_ZONE = 'Europe/Berlin';

/** Sends the figures of the day at eight in the morning, from Monday to Friday. */
export default defineService({
  name: 'daily-report',
  cron: '0 8 ? * MON-FRI *',
  timezone: TIME_ZONE,
  // How long one step of a backoff takes.
  interval: '1d',
  local: { interval: '1m' },
  prepare: ({ env }: Surroundings) => ({
    figures: env['FIGURES_URL'] ?? 'https://shop.example.com/figures',
    chat: env['CHAT_URL'] ?? 'https://chat.example.com/reports',
  }),
  workload: async ({ prepared, scheduledFor, clock, signal }) => {
    // A run by hand has no due time.
    const day = new Date(scheduledFor ?? clock.now()).toLocaleDateString('sv-SE', { timeZone: TIME_ZONE });
    const response = raiseForStatus(await fetch(`${prepared.figures}?day=${day}`, { signal }));
    const { orders, total } = (await response.json()) as { orders: number; total: number };
    const text = `${day}: ${orders} orders, ${total.toFixed(2)} EUR`;
    // The day is the name of the message, so a second run replaces it.
    raiseForStatus(await fetch(`${prepared.chat}/${day}`, { method: 'PUT', body: text, signal }));
    return text;
  },
});
