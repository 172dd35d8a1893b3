import type { SkipReason } from '../rules/index.ts';

/**
 * Whether a tick shows how its service is, by the reason why it was skipped, if it was. A `duplicate` or `late`
 * delivery doesn't: it was decided before, and only shows how the deliverer is.
 */
export function describesService(reason: SkipReason | undefined): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
