import { expect, test } from 'vitest';
import { loadCatalog } from '../../lib/services/catalog.ts';
import { watchServices } from '../../lib/services/watch-services.ts';

test('the service is a loop every minute, and is in the catalog', async () => {
  expect(watchServices).toMatchObject({ name: 'watch-services', timeout: 30_000 });
  expect(watchServices.policy).toMatchObject({ kind: 'loop', interval: 60_000 });
  expect((await loadCatalog()).map(({ service }) => service.name)).toEqual([
    'check-endpoints',
    'mark-late-runs',
    'watch-services',
  ]);
});

test('it refuses to begin without a table or with a list it cannot read', () => {
  expect(() => watchServices.prepare({ env: {}, secrets: {} })).toThrow(
    'watch-services: TICKOVER_TABLE: expected the name of the state table, got undefined',
  );
  expect(() => watchServices.prepare({ env: { TICKOVER_TABLE: 't', TICKOVER_WATCHED: '[' }, secrets: {} })).toThrow(
    'watch-services: TICKOVER_WATCHED: expected ',
  );
});
