/** Which ticks say something about their service. Pure. */
import type { TickEvent } from '../tick/index.ts';

/**
 * Whether the tick was heard: everything but a tick that was decided already. A `duplicate` or `late` delivery tells of the
 * deliverer, not of the service.
 */
export function describesService({ reason }: Pick<TickEvent, 'reason'>): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
