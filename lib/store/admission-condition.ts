/**
 * Expresses admission as one DynamoDB condition: the same rule as `admit`, evaluated by the write that takes the lease.
 * The condition compares two instants of a tick with stored ones:
 *
 *   now ---------------------------------------------> with the ends of leases, pauses and halts
 *   scheduledFor ------------------------------------> with the due times `lastTick` and `notBefore`
 *
 * If a new policy has shorter backoffs, a stored `notBefore` may be later than that policy allows. Finding this out
 * takes the run history, which no condition can read. So `admit` decides it after the write was refused, and the
 * condition of a second try ignores exactly this `notBefore`.
 *
 * A comparison with a missing attribute is false, and so is one with an attribute of another type: a damaged item is
 * refused. `<>` is the exception, since a missing attribute differs from everything. So `attribute_exists` is checked
 * before each `<>`.
 */
import { type AdmissionRequest, ASKED } from '../rules/index.ts';
import type { Aliases } from './item/expression.ts';
import { VERSION } from './item/version.ts';

/**
 * The ConditionExpression of the write that takes the lease for a tick. It holds only if admission allows the tick to
 * run.
 * @param outlived a stored `notBefore` that the condition ignores, since it is later than the present policy allows;
 * `undefined` if there is no such `notBefore`
 */
export function admissionCondition(
  alias: Aliases,
  { tick, now, build }: AdmissionRequest,
  outlived: number | undefined,
): string {
  const missing = (attribute: string) => `attribute_not_exists(${alias.name(attribute)})`;
  const at = (attribute: string, comparison: string, value: unknown) =>
    `${alias.name(attribute)} ${comparison} ${alias.value(value)}`;

  // A count below 0 is damage. Without this check, taking and releasing leases would raise the count to 0, and the
  // damage would no longer be noticed.
  const isCounted = `${at('fence', '>=', 0)} AND ${at('done', '>=', 0)}`;
  const canBeRead = `(${missing('pk')} OR (${at('v', '=', VERSION)} AND ${isCounted}))`;
  const leaseIsFree = `(${missing('leaseUntil')} OR ${at('leaseUntil', '<=', now)})`;
  const conditions = [canBeRead, leaseIsFree];
  if (tick.kind === 'manual' && tick.force) return conditions.join(' AND ');

  const ours = alias.value(build);
  if (tick.kind === 'scheduled') {
    conditions.push(`(${missing('lastTick')} OR ${at('lastTick', '<', tick.scheduledFor)})`);
    const backedOff = alias.name('notBeforeBuild');
    const isOfBuild = `attribute_exists(${backedOff}) AND ${backedOff} <> ${alias.value(ASKED)}`;
    const otherBuild = `(${isOfBuild} AND ${backedOff} <> ${ours})`;
    const passed = outlived === undefined ? '' : ` OR ${at('notBefore', '=', outlived)}`;
    const isReached = `${at('notBefore', '<=', tick.scheduledFor)}${passed}`;
    conditions.push(`(${missing('notBefore')} OR ${isReached} OR ${otherBuild})`);
  }
  const halted = alias.name('haltBuild');
  const otherBuild = `(attribute_exists(${halted}) AND ${halted} <> ${ours})`;
  conditions.push(`(${missing('pauseAt')} OR ${at('pauseUntil', '<=', now)})`);
  conditions.push(`(${missing('haltAt')} OR ${at('haltUntil', '<=', now)} OR ${otherBuild})`);
  return conditions.join(' AND ');
}
