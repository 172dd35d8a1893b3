/** What a repair makes of a damaged state over the wire: each promise that is broken, in a line. */
import { stateRepairs } from '../../../lib/store/index.ts';
import { TABLE } from '../../support/dynalite.ts';
import type { Damage } from './damages.ts';
import { asked, NOW, type Place, putDamaged, stored } from './striking.ts';

/** No lease lasts longer. */
const HALF_AN_HOUR = 1_800_000;

/**
 * Damages a service and repairs it: the difference is shown, the damage is gone, what is nobody's business stays, and a tick runs
 * once a kept lease is over and a kept pause and halt are ended.
 */
export async function mend(connection: Place, service: string, damage: Damage): Promise<string[]> {
  const { store, documents, table = TABLE } = connection;
  const repairs = stateRepairs(documents, table);
  const item = await putDamaged(connection, service, damage);
  const shown = (await repairs.examine(service, NOW)) ?? [];
  const faults: string[] = [];
  if (!shown.some(({ attribute }) => attribute === damage.attribute)) faults.push('its repair is not shown');
  if (!(await repairs.repair(service, shown, NOW))) faults.push('it was not repaired');
  const again = await repairs.examine(service, NOW);
  if (again?.length !== 0) faults.push('a second repair would change more');
  const after = await stored(connection, service);
  if (Number(after['fence']) < 41) faults.push(`the fence fell to ${after['fence']}`);
  if (JSON.stringify(after['mood']) !== JSON.stringify(item['mood'])) faults.push("a newer writer's attribute is gone");
  await store.resume(service);
  const later = NOW + HALF_AN_HOUR;
  const tick = { kind: 'scheduled', scheduledFor: later } as const;
  const answer = await store.acquire(asked(service, { tick, now: later, leaseUntil: later + 9 }));
  if (!answer.granted) faults.push(`then refused as ${answer.reason}`);
  return faults.map((fault) => `${damage.attribute} ${damage.kind}, repaired: ${fault}`);
}
