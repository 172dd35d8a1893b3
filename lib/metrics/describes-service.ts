import type { SkipReason } from '../rules/index.ts';

/**
 * Whether a tick shows the current state of its service. A tick skipped as `duplicate` or `late` doesn't, since that
 * tick or a newer one has run already or is running.
 * @param reason why the tick was skipped; absent if it ran
 */
export function describesService(reason: SkipReason | undefined): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
