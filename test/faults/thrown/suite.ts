/**
 * The things thrown, as rows of the fault suite: every thing in every place, for both kinds of service, on a DynamoDB
 * over the wire.
 */
import process from 'node:process';
import { prometheusObserver } from '../../../lib/prometheus/index.ts';
import { testDatabase } from '../../support/dynalite.ts';
import type { FaultRow } from '../table.ts';
import { CATALOGUE } from './catalogue.ts';
import { LEAKING } from './leak-things.ts';
import { brokenPromises, everythingIn } from './promises.ts';
import type { Thing } from './thing.ts';
import { remoteVault } from './vault.ts';
import { goThrough, PLACES, type Way } from './way.ts';

/** What looking at a thing may cost: more would be no end. */
const MOST_CHECKS = 200_000;

/** Where to run. */
export interface RaisedOptions {
  /** A DynamoDB; without one dynalite is started. */
  readonly endpoint?: string | undefined;
  /** Of the ways, only every so manieth is gone. @default 1, all of them */
  readonly every?: number;
}

/** The promises that a thing breaks on its way, each in a line. */
export async function brokenBy(thing: Thing, way: Way): Promise<string[]> {
  const checks = { count: 0 };
  const made = thing.make(checks);
  const exits = await goThrough(() => made, way);
  const output = everythingIn(exits);
  const leaked = (thing.secrets ?? []).filter((secret) => output.includes(secret));
  return [
    ...brokenPromises(exits, way),
    ...leaked.map(() => 'a credential left the process'),
    ...(checks.count > MOST_CHECKS ? [`it was looked at ${checks.count} times`] : []),
  ];
}

/** Every thing on every way, a row for each group of things. */
export async function thrownFaults({ endpoint, every = 1 }: RaisedOptions = {}): Promise<FaultRow[]> {
  // On a database of somebody else's the table may be there already, of an earlier suite.
  const database = await testDatabase(endpoint, `raised-${process.pid}`);
  const vault = remoteVault(database.connect());
  const observer = prometheusObserver();
  const rows = new Map<string, { injected: number; violations: string[] }>();
  let count = 0;
  try {
    for (const { thing, ...way } of allWays()) {
      if (count++ % every !== 0) continue;
      const row = rows.get(thing.group) ?? { injected: 0, violations: [] };
      rows.set(thing.group, row);
      row.injected += 1;
      const broken = await brokenBy(thing, { ...way, vault, observer });
      row.violations.push(...broken.map((what) => `${thing.what}, ${way.place}, ${way.kind}: ${what}`));
    }
  } finally {
    await database.close();
  }
  return [...rows].map(([fault, row]) => ({ part: 'thrown', fault, ...row }));
}

function* allWays(): Generator<Pick<Way, 'place' | 'kind' | 'halts'> & { readonly thing: Thing }> {
  for (const thing of [...CATALOGUE, ...LEAKING]) {
    for (const place of PLACES) {
      yield { thing, place, kind: 'critical' };
      yield { thing, place, kind: 'loop' };
    }
    yield { thing, place: 'thrown', kind: 'critical', halts: true };
  }
}
