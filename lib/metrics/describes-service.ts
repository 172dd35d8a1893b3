import type { SkipReason } from '../rules/index.ts';

/**
 * Whether a tick says something new about the state of its service. A `duplicate` or `late` delivery doesn't, since its
 * tick or a newer one is decided or running already.
 * @param reason why the tick was skipped; absent if it ran
 */
export function describesService(reason: SkipReason | undefined): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
