/** What a service may be: the bounds of its options beside its policy, and what is said of those that lie outside. */

import { cronFault, FIRING_PERIOD, hasSlots } from '../rules/index.ts';
import { GRACE } from '../run/index.ts';
import { showValue } from '../text/index.ts';
import { ONE_TRY } from '../tick/index.ts';
import { inSeconds, MINUTE } from '../time/index.ts';
import type { Service } from './define-service.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** The longest that Lambda lets an invocation last. */
const LONGEST_INVOCATION = 15 * MINUTE;
/** How late a firing may come at most: the precision of EventBridge Scheduler. */
export const MOST_SLACK = MINUTE;
/** A firing with several slots waits for its minute and lives through it. */
const LONGEST_FIRING = MOST_SLACK + FIRING_PERIOD;

/** Every fault of a service's own options, each as `option: expected ..., got ...`; none for a service that may be used. */
export function serviceFaults(service: Service): string[] {
  const options = service.written;
  const faults: string[] = [];
  const check = (holds: boolean, option: string, expected: string, got: unknown) => {
    if (!holds) faults.push(`${option}: expected ${expected}, got ${showValue(got)}`);
  };
  const { timeout, reserve, maxDuration, leaseMargin } = service;
  const longest = LONGEST_INVOCATION - (hasSlots(service.schedule) ? LONGEST_FIRING : 0);
  check(NAME.test(options.name), 'name', 'lower-case letters, digits and dashes, 1 to 64 of them', options.name);
  check(
    timeout > 0 && timeout <= longest,
    'timeout',
    `a duration above 0 and up to ${inSeconds(longest)} s`,
    options.timeout,
  );
  check(
    reserve >= GRACE + ONE_TRY && reserve < timeout,
    'reserve',
    `a duration of ${inSeconds(GRACE + ONE_TRY)} s or more and below the timeout (${inSeconds(timeout)} s)`,
    options.reserve ?? reserve,
  );
  check(
    maxDuration > 0 && maxDuration <= timeout - reserve,
    'maxDuration',
    `a duration above 0 and up to timeout less reserve (${inSeconds(timeout - reserve)} s)`,
    options.maxDuration,
  );
  check(
    leaseMargin >= 0 && leaseMargin <= LONGEST_INVOCATION,
    'leaseMargin',
    'a duration of 0 or more, up to 900 s',
    options.leaseMargin,
  );
  check(
    options.timezone === undefined || options.cron !== undefined,
    'timezone',
    'a cron expression beside it',
    options.timezone,
  );
  if (options.cron !== undefined) {
    const fault = cronFault(options.cron, options.timezone ?? 'UTC');
    check(
      fault === undefined,
      'cron',
      `an AWS cron expression of six fields in a known time zone (${fault})`,
      options.cron,
    );
  }
  return faults;
}
