import { type Clock, DAY, SECOND, timeOfDay, toIso } from '../time/index.ts';

/** A wait for the next due time of a service. Instants are in epoch milliseconds. */
export interface Wait {
  readonly service: string;
  readonly due: number;
  /** The due time for which the function was invoked last; `undefined` before the first invocation. */
  readonly fired?: number | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly closing: AbortSignal;
  readonly onNotice: (line: string) => void;
}

/**
 * Waits until `due`. If the clock was set back meanwhile, waits again, and doesn't invoke the function for due times
 * that come a second time.
 */
export async function waitOutSetBack(
  { service, due, fired }: Wait,
  { clock, closing, onNotice }: Parts,
): Promise<void> {
  for (let now = clock.now(); now < due && !closing.aborted; now = clock.now()) {
    const comesAgain = fired !== undefined && now < fired;
    if (comesAgain && due - now > SECOND) {
      const [from, until] = moments([now, due], now);
      onNotice(
        `${service}: the clock was set back, to ${from}; its ticks before ${until} are left out, since later ones ` +
          `were decided already; to run it now: npx tickover invoke ${service}`,
      );
    }
    await clock.sleep(due - now, closing);
  }
}

/**
 * Shows a line about the ticks from `wait.due` to before `newest`, for which the function is not invoked. Shows nothing
 * if there are none.
 */
export function showLeftOut({ service, due, fired }: Wait, newest: number, { clock, onNotice }: Parts): void {
  // Before the first invocation nothing is left out: the earlier due times lie before the start of this process.
  if (fired === undefined || newest <= due) return;
  const [from, until] = moments([due, newest], clock.now());
  onNotice(
    `${service}: the machine slept or was busy, or its clock was set ahead; its ticks from ${from} to before ${until} ` +
      'are left out',
  );
}

function moments(instants: readonly number[], now: number): string[] {
  const areToday = instants.every((instant) => Math.floor(instant / DAY) === Math.floor(now / DAY));
  return instants.map((instant) => (areToday ? timeOfDay(instant) : toIso(instant).slice(0, 16).replace('T', ' ')));
}
