import { defineService, raiseForStatus, type Surroundings } from 'tickover';

/** Has the shop rebuild its search index. */
export default defineService({
  name: 'refresh-search',
  interval: '1h',
  prepare: ({ env }: Surroundings) => ({ shop: env['SHOP_URL'] ?? 'https://shop.example.com' }),
  workload: async ({ prepared: { shop }, signal }) => {
    raiseForStatus(await fetch(`${shop}/search/refresh`, { method: 'POST', signal }));
  },
});
