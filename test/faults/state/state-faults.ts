/**
 * The part of the fault suite about state that is wrong: each damage of each attribute, over the wire, and its repair.
 */
import { testDatabase } from '../../support/dynalite.ts';
import type { FaultRow } from '../table.ts';
import { type Damage, damages } from './damages.ts';
import { mend } from './mending.ts';
import { strike } from './striking.ts';

const AT_ONCE = 8;

/** What is played, and where. */
export interface StateFaultOptions {
  /** Every how many-th damage is played. @default 1, all of them */
  readonly every?: number;
  /** Another DynamoDB than one in memory. */
  readonly endpoint?: string;
  /** The table that is made there. */
  readonly table?: string;
}

/** A row for each kind of damage, and one for the repairs. */
export async function stateFaults({ every = 1, endpoint, table }: StateFaultOptions = {}): Promise<FaultRow[]> {
  const database = await testDatabase(endpoint, table);
  try {
    const connection = { ...database.connect(), ...(table === undefined ? {} : { table }) };
    const struck = damages().filter((_damage, index) => index % every === 0);
    const harmful = struck.filter(({ harmless }) => !harmless);
    const taken = await each(struck, (damage, index) => strike(connection, `struck-${index}`, damage));
    const mended = await each(harmful, (damage, index) => mend(connection, `mended-${index}`, damage));
    const violations = [...mended.values()].flat();
    return [
      ...rows(struck, taken),
      { part: 'state', fault: 'damaged and repaired', injected: mended.size, violations },
    ];
  } finally {
    await database.close();
  }
}

type Violations = ReadonlyMap<Damage, readonly string[]>;

async function each(
  some: readonly Damage[],
  play: (damage: Damage, index: number) => Promise<string[]>,
): Promise<Violations> {
  const found = new Map<Damage, readonly string[]>();
  const left = some.map((damage, index) => ({ damage, index }));
  const worker = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      found.set(next.damage, await play(next.damage, next.index));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

function rows(struck: readonly Damage[], found: Violations): FaultRow[] {
  const kinds = [...new Set(struck.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const such = struck.filter((damage) => damage.kind === kind);
    return {
      part: 'state',
      fault: `an attribute is ${kind}`,
      injected: such.length,
      violations: such.flatMap((damage) => found.get(damage) ?? []),
      figures: { refused: such.filter(({ harmless }) => !harmless).length },
    };
  });
}
