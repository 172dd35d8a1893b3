/**
 * What a healthy tick takes, as measured. `npm run bench -- tick --record` writes the figures, from bundles under
 * Lambda's own runtime client, and names the machine.
 */
import HEALTHY_TICK from './healthy-tick.json' with { type: 'json' };

/** The figures, and where they are from. */
export const MEASURED = HEALTHY_TICK;

/** The memory, in MB, with which a function has one whole processor; with less it has as much less of it. */
const MEMORY_OF_A_PROCESSOR = 1_769;
const MS_A_SECOND = 1_000;

/** The requests of a tick to DynamoDB, one after the other: one takes the lease, the other commits. */
export const TICK_REQUESTS = 2;

/** How long a function of this memory takes for what one whole processor does in a time, in seconds. */
export function secondsAt(memoryMb: number, processorMs: number): number {
  return (processorMs * Math.max(1, MEMORY_OF_A_PROCESSOR / memoryMb)) / MS_A_SECOND;
}
