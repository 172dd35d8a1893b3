import { defineService, raiseForStatus, type Surroundings } from 'tickover';

interface Page {
  readonly orders: readonly { readonly id: string; readonly total: number }[];
  /** Where the next page begins. */
  readonly next: string;
}

/** Fetches the orders that are new in a shop and hands them to the warehouse. */
export default defineService({
  name: 'poll-orders',
  interval: '1m',
  local: { interval: '10s' },
  secrets: { API_TOKEN: 'ssm:/shop/api-token' },
  prepare: ({ env }: Surroundings) => ({
    shop: env['SHOP_URL'] ?? 'https://shop.example.com',
    warehouse: env['WAREHOUSE_URL'] ?? 'https://warehouse.example.com',
  }),
  workload: async ({ prepared: { shop, warehouse }, secrets, cursor = '0', saveCursor, signal }) => {
    const headers = { authorization: `Bearer ${secrets['API_TOKEN']}` };
    const response = raiseForStatus(await fetch(`${shop}/orders?after=${cursor}`, { headers, signal }));
    const { orders, next } = (await response.json()) as Page;
    for (const { id, total } of orders) {
      // After a crash the same order comes again. PUT with the order's own id makes that harmless.
      const body = JSON.stringify({ total });
      raiseForStatus(await fetch(`${warehouse}/orders/${id}`, { method: 'PUT', headers, body, signal }));
    }
    saveCursor(next);
    return { orders: orders.length };
  },
});
