/**
 * The processor time and the log size of a healthy tick and of a check by the watchdog, as `npm run bench -- tick
 * --record` measured them.
 */
import HEALTHY_TICK from './healthy-tick.json' with { type: 'json' };

/** The measured figures, with the day and the machine of the measurement. */
export const MEASURED = HEALTHY_TICK;

/**
 * The memory, in MB, at which a Lambda function gets one whole processor. With less memory a function gets a
 * proportional part of a processor.
 */
const MEMORY_OF_A_PROCESSOR = 1_769;
const MS_A_SECOND = 1_000;

/** How many DynamoDB requests a tick makes, one after the other: the acquire and the commit. */
export const TICK_REQUESTS = 2;

/**
 * Returns how many seconds a function with `memoryMb` of memory takes for work that takes `processorMs` on one whole
 * processor.
 */
export function secondsAt(memoryMb: number, processorMs: number): number {
  return (processorMs * Math.max(1, MEMORY_OF_A_PROCESSOR / memoryMb)) / MS_A_SECOND;
}
