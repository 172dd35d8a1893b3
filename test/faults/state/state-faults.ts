/** The part of the fault suite about state that is wrong: each damage of each attribute, over the wire. */
import { testDatabase } from '../../support/dynalite.ts';
import type { FaultRow } from '../table.ts';
import { type Damage, damages } from './damages.ts';
import { strike } from './striking.ts';

const AT_ONCE = 8;

/** Every damage once; one row for each kind. */
export async function stateFaults(endpoint?: string, table?: string): Promise<FaultRow[]> {
  const database = await testDatabase(endpoint, table);
  try {
    const connection = database.connect();
    const all = damages();
    const broken = new Map<Damage, readonly string[]>();
    for (let first = 0; first < all.length; first += AT_ONCE) {
      const some = all.slice(first, first + AT_ONCE);
      const found = await Promise.all(
        some.map((damage, index) => strike(connection, `struck-${first + index}`, damage)),
      );
      some.forEach((damage, index) => void broken.set(damage, found[index] ?? []));
    }
    return rows(all, broken);
  } finally {
    await database.close();
  }
}

function rows(all: readonly Damage[], broken: ReadonlyMap<Damage, readonly string[]>): FaultRow[] {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const struck = all.filter((damage) => damage.kind === kind);
    return {
      part: 'state',
      fault: `an attribute is ${kind}`,
      injected: struck.length,
      violations: struck.flatMap((damage) => broken.get(damage) ?? []),
      figures: { refused: struck.filter(({ harmless }) => !harmless).length },
    };
  });
}
