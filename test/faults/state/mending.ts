/** What a repair makes of a damaged state over the wire: each promise that is broken, in a line. */
import { stateRepairs } from '../../../lib/store/index.ts';
import { TABLE } from '../../support/dynalite.ts';
import { type Damage, DUE, VALID } from './damages.ts';
import { asked, NOW, outcomeOf, type Place, putDamaged, stored } from './striking.ts';

/** No lease lasts longer. */
const HALF_AN_HOUR = 1_800_000;

/**
 * Damages a service and repairs it: the damage is shown and gone afterwards, unknown attributes stay, the fence rises,
 * the service is read and paused, and once it is resumed a new tick runs, but none that was decided.
 */
export async function mend(connection: Place, service: string, damage: Damage): Promise<string[]> {
  const repairs = stateRepairs(connection.documents, connection.table ?? TABLE);
  const item = await putDamaged(connection, service, damage);
  const shown = await repairs.examine(service, NOW);
  const faults: string[] = [];
  if (!shown?.damage.some(({ attribute }) => attribute === damage.attribute)) faults.push('its damage is not shown');
  if (shown === undefined || (await repairs.repair(service, shown, NOW)) === undefined)
    faults.push('it was not repaired');
  const again = await repairs.examine(service, NOW);
  if (again?.damage.length !== 0) faults.push('it is damaged after the repair');
  const after = await stored(connection, service);
  const highest = Math.max(41, ...[item['fence'], item['done']].filter((count) => typeof count === 'number'));
  if (Number(after['fence']) <= highest) faults.push(`the fence fell to ${after['fence']}`);
  if (JSON.stringify(after['mood']) !== JSON.stringify(item['mood'])) faults.push("a newer writer's attribute is gone");
  faults.push(...(await pausedAndResumed(connection, service)));
  return faults.map((fault) => `${damage.attribute} ${damage.kind}, repaired: ${fault}`);
}

async function pausedAndResumed({ store }: Place, service: string): Promise<string[]> {
  const faults: string[] = [];
  const later = NOW + HALF_AN_HOUR;
  const due = (scheduledFor: number) =>
    asked(service, { tick: { kind: 'scheduled', scheduledFor }, now: later, leaseUntil: later + 9 });
  const read = await outcomeOf(store.read(service));
  if (read.value?.pause?.by !== 'repair') faults.push(`read as ${JSON.stringify(read.value)}, ${read.error?.message}`);
  if (read.value?.fence !== read.value?.countedUpTo) faults.push('a run counts as crashed that was none');
  const kept = await outcomeOf(store.acquire(due(later)));
  if (kept.value?.granted !== false || kept.value.reason !== 'paused') faults.push('a tick is not kept out as paused');
  await store.resume(service);
  for (const decided of [Number(VALID['lastTick']), DUE - 120_000]) {
    if ((await store.acquire(due(decided))).granted) faults.push(`the tick ${decided} runs again`);
  }
  const answer = await store.acquire(due(later));
  if (!answer.granted) faults.push(`then refused as ${answer.reason}`);
  return faults;
}
