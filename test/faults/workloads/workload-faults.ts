/**
 * The fault suite's part on workloads that misbehave: real processes and real workers, one row a misbehaviour and host.
 */
import { testDatabase } from '../../support/dynalite.ts';
import type { FaultRow } from '../table.ts';
import { bundleMisbehaving } from './bundles.ts';
import { play, type Stage } from './play.ts';
import { ALL_MEDDLING, type HostKind, SCENARIOS, type Scenario } from './scenarios.ts';

/** How much is played. */
export interface WorkloadFaultOptions {
  /** How often each is played. @default 1 */
  readonly rounds?: number;
  /** Only those of the short form. @default false */
  readonly short?: boolean;
  /** Another DynamoDB than one in this process. */
  readonly endpoint?: string;
}

/** How many are played at the same time. */
const AT_ONCE = 4;

interface Part {
  readonly scenario: Scenario;
  readonly kind: HostKind;
}

/** Plays every misbehaviour. */
export async function workloadFaults(options: WorkloadFaultOptions = {}): Promise<FaultRow[]> {
  const { rounds = 1, short = false, endpoint } = options;
  const database = await testDatabase(endpoint, `workloads-${process.pid}`);
  const bundles = await bundleMisbehaving();
  try {
    const stage = { bundles, endpoint: database.endpoint };
    return await inTurn(partsOf(short), (part) => rowOf(part, stage, rounds));
  } finally {
    await bundles.remove();
    await database.close();
  }
}

const BOTH: readonly HostKind[] = ['process', 'worker'];

function partsOf(short: boolean): Part[] {
  return [...SCENARIOS, ALL_MEDDLING].flatMap((scenario) => {
    const kinds = short ? (scenario.short ?? []) : (scenario.hosts ?? BOTH);
    return kinds.map((kind) => ({ scenario, kind }));
  });
}

async function rowOf({ scenario, kind }: Part, stage: Stage, rounds: number): Promise<FaultRow> {
  const violations: string[] = [];
  for (let round = 0; round < rounds; round++) violations.push(...(await play(scenario, kind, stage)));
  return {
    part: 'workloads',
    fault: `${scenario.fault} (${kind})`,
    injected: rounds,
    violations,
    figures: { ticks: rounds * scenario.steps.length },
  };
}

/** What the work gives for each, in their order, some at the same time. */
async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
