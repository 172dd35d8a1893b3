/**
 * Whatever a service meets is recorded, reported and told within its bounds, breaks nothing, and gives no credential
 * away.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { prometheusObserver } from '../../../lib/prometheus/index.ts';
import { readExposition } from '../../prometheus/exposition.ts';
import { useDatabase } from '../../support/use-database.ts';
import { CATALOGUE } from './catalogue.ts';
import { LEAKING } from './leak-things.ts';
import { brokenBy } from './suite.ts';
import { memoryVault, remoteVault, type Vault } from './vault.ts';
import { PLACES } from './way.ts';

const database = useDatabase();
let remote: Vault;
const memory = memoryVault();
const observer = prometheusObserver();
beforeAll(() => {
  remote = remoteVault(database);
});

const everyNth = <Item>(items: readonly Item[], nth: number, from = 0) =>
  items.filter((_, index) => index % nth === from % nth);

describe('a thing that is thrown', () => {
  it.each(CATALOGUE)('breaks nothing: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: memory, observer, place: 'thrown', kind: 'critical' })).toEqual([]);
  });

  it.each(everyNth(CATALOGUE, 21))('breaks nothing where it halts the service: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: memory, observer, place: 'thrown', kind: 'critical', halts: true })).toEqual(
      [],
    );
  });

  it.each(everyNth(CATALOGUE, 21, 4))('breaks nothing where any error is tolerated: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: memory, observer, place: 'thrown', kind: 'loop' })).toEqual([]);
  });

  it.each(everyNth(CATALOGUE, 25, 2))('is stored as it must be: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: remote, observer, place: 'thrown', kind: 'critical' })).toEqual([]);
  });
});

describe.each(PLACES.map((place, index) => ({ place, index })))('a thing $place', ({ place, index }) => {
  it.each(everyNth(CATALOGUE, 55, index * 7))('breaks nothing: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: memory, observer, place, kind: 'critical' })).toEqual([]);
  });

  it.each(everyNth(LEAKING, 41, index * 5))('gives no credential away: $group, $what', async (thing) => {
    expect(await brokenBy(thing, { vault: memory, observer, place, kind: 'critical' })).toEqual([]);
  });
});

describe('a credential that halts a service', () => {
  it.each(everyNth(LEAKING, 25))(
    'is in nothing that is stored, logged, answered or thrown: $group, $what',
    async (thing) => {
      expect(
        await brokenBy(thing, { vault: remote, observer, place: 'thrown', kind: 'critical', halts: true }),
      ).toEqual([]);
    },
  );
});

it('leaves a page of metrics that can be read', async () => {
  expect(readExposition(await observer.registry.metrics()).get('tickover_runs_total')?.samples.size).toBeGreaterThan(
    200,
  );
});
