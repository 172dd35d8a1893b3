/**
 * Admission as one DynamoDB condition: the same rule as `admit`, evaluated by the write that takes the lease.
 *
 *   now ---------------------------------------------> wall clock: leases, pauses and halts end
 *   scheduledFor ------------------------------------> due times: ticks and `notBefore` are compared among themselves
 *
 * A comparison with a missing attribute is false, and so is one with an attribute of another type: a damaged item is
 * refused. `<>` is the exception (a missing attribute differs from everything), hence the guard before it.
 */
import type { AdmissionRequest } from '../rules/index.ts';
import type { Aliases } from './item/expression.ts';
import { VERSION } from './item/version.ts';

/** The condition under which the tick may take the lease. */
export function admissionCondition(alias: Aliases, { tick, now, build }: AdmissionRequest): string {
  const missing = (attribute: string) => `attribute_not_exists(${alias.name(attribute)})`;
  const at = (attribute: string, comparison: string, value: unknown) =>
    `${alias.name(attribute)} ${comparison} ${alias.value(value)}`;

  // A count below 0 is damage. Taking and releasing leases would raise it until it looks sound.
  const counted = (attribute: string) => at(attribute, '>=', 0);
  const canBeRead = `(${missing('pk')} OR (${at('v', '=', VERSION)} AND ${counted('fence')} AND ${counted('done')}))`;
  const leaseIsFree = `(${missing('leaseUntil')} OR ${at('leaseUntil', '<=', now)})`;
  const conditions = [canBeRead, leaseIsFree];

  if (tick.kind === 'scheduled') {
    conditions.push(`(${missing('lastTick')} OR ${at('lastTick', '<', tick.scheduledFor)})`);
    conditions.push(`(${missing('notBefore')} OR ${at('notBefore', '<=', tick.scheduledFor)})`);
  }
  if (tick.kind === 'scheduled' || !tick.force) {
    const otherBuild = `(attribute_exists(${alias.name('haltBuild')}) AND ${at('haltBuild', '<>', build)})`;
    conditions.push(`(${missing('pauseAt')} OR ${at('pauseUntil', '<=', now)})`);
    conditions.push(`(${missing('haltAt')} OR ${at('haltUntil', '<=', now)} OR ${otherBuild})`);
  }
  return conditions.join(' AND ');
}
