/** Waiting for something that another process or worker does. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again, for two minutes and more, until there is something to be found. What was seen instead is told
 * by `seen`.
 */
export async function eventually<Found>(
  check: () => Promise<Found | undefined> | Found | undefined,
  seen: () => string = () => '',
): Promise<Found> {
  for (let attempt = 0; attempt < 5_000; attempt++) {
    const found = await check();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error(`it never came to that\n${seen()}`);
}
