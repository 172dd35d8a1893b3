/**
 * Faults on a real wire: processes that are killed and frozen, requests and answers that are lost, held, cut and
 * repeated.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynaliteDatabase, TABLE, testDatabase } from '../../support/dynalite.ts';
import type { FaultRow } from '../table.ts';
import { layOut } from './field.ts';
import { COUNTS, type Ground, type Played } from './ground.ts';
import { bundleInstance, startInstances } from './instances.ts';
import { playRound } from './round.ts';
import { FAULTS, faultName } from './strikes.ts';

/** What is played, and where. */
export interface RemoteOptions {
  /** The DynamoDB to play on. @default dynalite in memory, every second round as one that returns the old item */
  readonly endpoint?: string;
  /** The first round's; each further round has the next. */
  readonly seed: number;
  readonly rounds: number;
}

/**
 * Plays rounds one after the other. A row for each fault, and one for the rounds as a whole. A violation names the seed
 * of its round.
 */
export async function wireFaults({ endpoint, seed, rounds }: RemoteOptions): Promise<FaultRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-wire-'));
  const table = endpoint === undefined ? TABLE : `tickover-remote-${randomUUID()}`;
  const database = endpoint === undefined ? await dynaliteDatabase() : await testDatabase(endpoint, table);
  const field = await layOut(database.endpoint, table);
  const instances = await startInstances(await bundleInstance(directory), {
    AWS_ENDPOINT_URL_DYNAMODB: field.endpoint,
    REMOTE_JOURNAL: field.journal,
    REMOTE_TABLE: table,
  });
  const ground: Ground = { field, instances, up: [] };
  const played: { readonly seed: number; readonly round: Played }[] = [];
  try {
    for (let round = seed; round < seed + rounds; round++) {
      field.returnsOldItems = endpoint === undefined && round % 2 === 0;
      played.push({ seed: round, round: await playRound(ground, round) });
    }
  } finally {
    await instances.close();
    await field.close();
    await database.close();
    await rm(directory, { recursive: true, force: true });
  }
  return rowsOf(played);
}

function rowsOf(played: readonly { readonly seed: number; readonly round: Played }[]): FaultRow[] {
  const violationsOf = (fault: string) =>
    played.flatMap(({ seed, round }) =>
      round.violations.filter((one) => one.fault === fault).map(({ what }) => `seed ${seed}: ${what}`),
    );
  const faults = FAULTS.map(([place, manner]) => faultName(place, manner));
  const rows = faults.map((fault) => ({
    part: 'wire',
    fault,
    injected: total(played.map(({ round }) => round.struck.get(fault) ?? 0)),
    violations: violationsOf(fault),
  }));
  const figures = Object.fromEntries(
    COUNTS.map((count) => [count, total(played.map(({ round }) => round.counts[count]))]),
  );
  return [
    ...rows,
    {
      part: 'wire',
      fault: 'after the faults',
      injected: played.length,
      violations: violationsOf('after the faults'),
      figures,
    },
  ];
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
