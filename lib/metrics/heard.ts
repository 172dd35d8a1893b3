/** Which ticks say something about their service. Pure. */
import type { TickStory } from '../tick/index.ts';

/**
 * Whether the tick was heard: everything but a tick that was decided already. A `duplicate` or `late` delivery tells of the
 * deliverer, not of the service.
 */
export function isHeard({ reason }: Pick<TickStory, 'reason'>): boolean {
  return reason !== 'duplicate' && reason !== 'late';
}
