import { defineService, raiseForStatus, type Surroundings } from 'tickover';

/** Logs a warning for each article that is nearly sold out. */
export default defineService({
  name: 'check-stock',
  interval: '5m',
  prepare: ({ env }: Surroundings) => ({ shop: env['SHOP_URL'] ?? 'https://shop.example.com' }),
  workload: async ({ prepared: { shop }, signal, log }) => {
    const response = raiseForStatus(await fetch(`${shop}/stock?below=5`, { signal }));
    const articles = (await response.json()) as string[];
    for (const article of articles) log.warn('nearly sold out', { article });
    return { articles: articles.length };
  },
});
