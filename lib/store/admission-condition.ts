/**
 * Expresses admission as one DynamoDB condition: the same rule as `admit`, evaluated by the write that takes the lease.
 * The condition compares two instants of a tick with stored ones:
 *
 *   now ---------------------------------------------> with the ends of leases, pauses and halts
 *   scheduledFor ------------------------------------> with the due times `lastTick` and `notBefore`
 *
 * A comparison with a missing attribute, or with one of another type, is false, so a damaged item is refused. `<>` is
 * the exception: a missing attribute differs from everything. So `attribute_exists` is checked before each `<>`.
 */
import { type AdmissionRequest, ASKED } from '../rules/index.ts';
import type { Aliases } from './item/expression.ts';
import { VERSION } from './item/version.ts';

/**
 * The ConditionExpression of the write that takes the lease for a tick. It holds only if admission allows the tick to
 * run.
 * @param outlived a stored `notBefore` that is later than the present policy allows, so that the condition ignores it;
 * `undefined` if there is none. `admit` finds it after a first write was refused.
 */
export function admissionCondition(
  alias: Aliases,
  { tick, now, build }: AdmissionRequest,
  outlived: number | undefined,
): string {
  const missing = (attribute: string) => `attribute_not_exists(${alias.name(attribute)})`;
  const at = (attribute: string, comparison: string, value: unknown) =>
    `${alias.name(attribute)} ${comparison} ${alias.value(value)}`;

  // A count below 0 is damage. Without this check, later ticks would raise the count to 0, and the damage would no
  // longer be noticed.
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
