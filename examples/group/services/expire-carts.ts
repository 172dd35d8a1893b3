import { defineService, raiseForStatus, type Surroundings } from 'tickover';

/** Empties shopping carts that nobody has touched for a day. */
export default defineService({
  name: 'expire-carts',
  interval: '15m',
  prepare: ({ env }: Surroundings) => ({ shop: env['SHOP_URL'] ?? 'https://shop.example.com' }),
  workload: async ({ prepared: { shop }, signal }) => {
    const response = await fetch(`${shop}/carts/expire`, { method: 'POST', signal });
    return (await raiseForStatus(response).json()) as { expired: number };
  },
});
