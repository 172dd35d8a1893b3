/**
 * Handles changes of the machine's clock while the schedule waits for a due time. If ticks are left out because of a
 * change, one line names them.
 */
import { type Clock, DAY, SECOND, timeOfDay, toIso } from '../time/index.ts';

/** A wait of the schedule for the next due time of a service. Instants are in epoch milliseconds. */
export interface Wait {
  readonly service: string;
  readonly due: number;
  /** The due time for which the function was fired last; `undefined` if it was not fired yet. */
  readonly fired?: number | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly closing: AbortSignal;
  /** Called with one line for a person, if ticks are left out. */
  readonly onNotice: (line: string) => void;
}

/**
 * Waits for the due time again if the clock was set back during a wait, so that the due time is in the future again.
 * Due times for which the function was fired before the change may then pass a second time; the function is not fired
 * for them again.
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
          `were decided already; to run it now: npm run invoke -- ${service}`,
      );
    }
    await clock.sleep(due - now, closing);
  }
}

/**
 * Shows which ticks are left out: those due from `wait.due` to before `newest`. The function is fired only for
 * `newest`. Shows nothing if no tick is left out.
 */
export function showLeftOut({ service, due, fired }: Wait, newest: number, { clock, onNotice }: Parts): void {
  // Before the first firing, the due times up to `newest` lie before the start of the schedule. They don't count as
  // left out.
  if (fired === undefined || newest <= due) return;
  const [from, until] = moments([due, newest], clock.now());
  onNotice(
    `${service}: the machine slept or was busy, or its clock was set ahead; its ticks from ${from} to before ${until} ` +
      'are left out',
  );
}

/**
 * The instants as texts: as times of day if all of them are on the day of `now`, otherwise as dates with the time of
 * day. Days and times are UTC.
 */
function moments(instants: readonly number[], now: number): string[] {
  const areToday = instants.every((instant) => Math.floor(instant / DAY) === Math.floor(now / DAY));
  return instants.map((instant) => (areToday ? timeOfDay(instant) : toIso(instant).slice(0, 16).replace('T', ' ')));
}
