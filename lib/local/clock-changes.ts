/** Handles changes of the machine's clock during the wait for a due time. One line says which ticks a change costs. */
import { type Clock, DAY, SECOND, timeOfDay, toIso } from '../time/index.ts';

/** A wait of the schedule for a due time. Instants are in epoch milliseconds. */
export interface Wait {
  readonly service: string;
  readonly due: number;
  /** The due time that was fired last; `undefined` before the first. */
  readonly fired?: number | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly closing: AbortSignal;
  /** Called with one line for a person, if ticks are left out. */
  readonly onNotice: (line: string) => void;
}

/**
 * Goes on waiting if the clock was set back during a wait, so that the due time is ahead again. Due times up to the
 * last one that was fired are then reached a second time, but no tick runs twice.
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

/** Shows which ticks are left out: those due from `wait.due` to before `newest`, the only one that is fired. */
export function showLeftOut({ service, due, fired }: Wait, newest: number, { clock, onNotice }: Parts): void {
  // Due times before the schedule began are not ticks that were left out.
  if (fired === undefined || newest <= due) return;
  const [from, until] = moments([due, newest], clock.now());
  onNotice(
    `${service}: the machine slept or was busy, or its clock was set ahead; its ticks from ${from} to before ${until} ` +
      'are left out',
  );
}

/** The instants as times of day; with the day too, unless all of them are of today. */
function moments(instants: readonly number[], now: number): string[] {
  const areToday = instants.every((instant) => Math.floor(instant / DAY) === Math.floor(now / DAY));
  return instants.map((instant) => (areToday ? timeOfDay(instant) : toIso(instant).slice(0, 16).replace('T', ' ')));
}
