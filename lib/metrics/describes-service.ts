import type { SkipReason } from '../rules/index.ts';

/**
 * Whether a tick shows the condition of its service. A `duplicate` or `late` delivery doesn't, since its tick was
 * decided before.
 * @param reason why the tick was skipped; absent for a tick that ran
 */
export function describesService(reason: SkipReason | undefined): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
