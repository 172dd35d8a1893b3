/** Changes of the machine's clock, as a schedule sees them: each is shown in one line, with the ticks it costs. */
import { type Clock, DAY, SECOND, timeOfDay, toIso } from '../time/index.ts';

/** A wait for a due time. */
export interface Wait {
  readonly service: string;
  readonly due: number;
  /** The due time that was fired last; none before the first. */
  readonly fired?: number | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly closing: AbortSignal;
  /** Called with a line for a person. */
  readonly onNotice: (line: string) => void;
}

/**
 * Waits on where the clock was set back during a wait that is over: its time hasn't come yet. The ticks up to the last
 * one fired come again, but no older tick runs.
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

/** Shows the due times from `wait.due` up to `newest`, which alone is fired. */
export function showLeftOut({ service, due, fired }: Wait, newest: number, { clock, onNotice }: Parts): void {
  // Due times before the schedule's start are no loss.
  if (fired === undefined || newest <= due) return;
  const [from, until] = moments([due, newest], clock.now());
  onNotice(
    `${service}: the machine slept or was busy, or its clock was set ahead; its ticks from ${from} to before ${until} ` +
      'are left out',
  );
}

/** The times of day, with their days unless all are of the present one. */
function moments(instants: readonly number[], now: number): string[] {
  const areToday = instants.every((instant) => Math.floor(instant / DAY) === Math.floor(now / DAY));
  return instants.map((instant) => (areToday ? timeOfDay(instant) : toIso(instant).slice(0, 16).replace('T', ' ')));
}
