/** The type that a harness has. `tsc` checks these lines; nothing runs them. */
import { defineService } from '../../lib/service/index.ts';
import { type Harness, harness } from '../../lib/testing/index.ts';

const counting = defineService({ name: 'counting', interval: '5m', workload: async () => ({ articles: 1 }) });
const silent = defineService({
  name: 'silent',
  interval: '5m',
  prepare: () => ({ shop: 'https://shop.example.com' }),
  workload: async () => {},
});

export const ofOne: Harness<{ articles: number }, undefined> = harness(counting);
export const ofEach: Harness[] = [counting, silent].map((service) => harness(service, { env: {} }));
// @ts-expect-error: what `prepare` makes in its place has the type that the workload gets.
harness(silent, { prepare: () => 5 });
