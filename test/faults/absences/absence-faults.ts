/** The part of the fault suite about long absences. */
import type { FaultRow } from '../table.ts';
import { ABSENCES } from './absences.ts';

/** Every absence once; a row each, counting the ticks that were missed. */
export async function absenceFaults(): Promise<FaultRow[]> {
  const rows: FaultRow[] = [];
  for (const { name, play } of ABSENCES) {
    const { missed, violations, figures } = await play();
    const lines = violations.map((violation) => `${name}: ${violation}`);
    rows.push({ part: 'absences', fault: name, injected: missed, violations: lines, figures });
  }
  return rows;
}
