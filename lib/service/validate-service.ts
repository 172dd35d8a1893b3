/** What a service may be: the bounds of its options beside its policy, and what is said of those that lie outside. */
import { cronFault } from '../rules/index.ts';
import { showValue } from '../text/index.ts';
import { inSeconds } from '../time/index.ts';
import type { Service } from './define-service.ts';
import { LEAST_RESERVE, LONGEST_LEASE_MARGIN, longestTimeout } from './time-budget.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** Every fault of a service's own options, each as `option: expected ..., got ...`; none for a service that may be used. */
export function serviceFaults(service: Service): string[] {
  const options = service.written;
  const faults: string[] = [];
  const check = (holds: boolean, option: string, expected: string, got: unknown) => {
    if (!holds) faults.push(`${option}: expected ${expected}, got ${showValue(got)}`);
  };
  const { timeout, reserve, maxDuration, leaseMargin } = service;
  const longest = longestTimeout(service.schedule);
  check(NAME.test(options.name), 'name', 'lower-case letters, digits and dashes, 1 to 64 of them', options.name);
  check(
    timeout > 0 && timeout <= longest,
    'timeout',
    `a duration above 0 and up to ${inSeconds(longest)} s`,
    options.timeout,
  );
  check(
    reserve >= LEAST_RESERVE && reserve < timeout,
    'reserve',
    `a duration of ${inSeconds(LEAST_RESERVE)} s or more and below the timeout (${inSeconds(timeout)} s)`,
    options.reserve ?? reserve,
  );
  check(
    maxDuration > 0 && maxDuration <= timeout - reserve,
    'maxDuration',
    `a duration above 0 and up to timeout less reserve (${inSeconds(timeout - reserve)} s)`,
    options.maxDuration,
  );
  check(
    leaseMargin >= 0 && leaseMargin <= LONGEST_LEASE_MARGIN,
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
