/** The wall clocks of all zones in two years, read from Intl in another way than the product reads them. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Every zone changes its clock on a whole quarter of an hour. */
export const QUARTER = 15 * MINUTE;
const QUARTERS_A_DAY = 96;

/** A stretch of time: its beginning belongs to it, its end doesn't. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The two years in which due times are compared, and a margin around them. */
export const FROM = Date.UTC(2026, 0, 1);
export const TO = Date.UTC(2028, 0, 1);
export const YEARS: Stretch = { from: FROM - 2 * DAY, to: TO + 2 * DAY };

/** The offset of the zone's wall clock. */
function offsets(timezone: string): (instant: number) => number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  return (instant) => Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) - instant;
}

/** The wall clock of a zone, as a table of its offsets by quarters of an hour. */
export class WallClock {
  readonly timezone: string;
  readonly #from: number;
  readonly #offsets: Int32Array;
  #changes: readonly number[] | undefined;

  constructor(timezone: string, { from, to }: Stretch) {
    this.timezone = timezone;
    this.#from = from;
    this.#offsets = new Int32Array(Math.ceil((to - from) / QUARTER));
    const offsetAt = offsets(timezone);
    this.#fill((index) => offsetAt(from + index * QUARTER));
  }

  /** Days whose two ends have the same offset have no change; the others are read quarter by quarter. */
  #fill(offsetAt: (index: number) => number): void {
    const last = this.#offsets.length - 1;
    let before = offsetAt(0);
    for (let index = 0; index <= last; index += QUARTERS_A_DAY) {
      const end = Math.min(index + QUARTERS_A_DAY, last);
      const after = offsetAt(end);
      for (let each = index; each <= end; each++) this.#offsets[each] = before === after ? after : offsetAt(each);
      before = after;
    }
  }

  /** The wall time, counted as if it were UTC. */
  at(instant: number): number {
    return instant + (this.#offsets[Math.floor((instant - this.#from) / QUARTER)] ?? Number.NaN);
  }

  /** The instants at which the clock was set forward or back. */
  changes(): readonly number[] {
    this.#changes ??= this.#readChanges();
    return this.#changes;
  }

  #readChanges(): readonly number[] {
    const changes: number[] = [];
    this.#offsets.forEach((offset, index) => {
      if (index > 0 && offset !== this.#offsets[index - 1]) changes.push(this.#from + index * QUARTER);
    });
    return changes;
  }

  /** What two clocks have in common that show the same time at each quarter of these years. */
  table(): string {
    const instants = [this.#from, ...this.changes()];
    return instants.map((instant) => `${instant} ${this.at(instant) - instant}`).join('\n');
  }
}

/** Every zone that Intl names. */
export const ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

/** Zones whose clocks show the same time at each quarter of the two years, by one of them. */
export interface ZoneClass {
  /** The clock of the first. */
  readonly clock: WallClock;
  readonly zones: readonly string[];
}

let classes: readonly ZoneClass[] | undefined;

/** All zones in classes. */
export function zoneClasses(): readonly ZoneClass[] {
  classes ??= classesOf(ZONES);
  return classes;
}

function classesOf(zones: readonly string[]): readonly ZoneClass[] {
  const byTable = new Map<string, { clock: WallClock; zones: string[] }>();
  for (const timezone of zones) {
    const clock = new WallClock(timezone, YEARS);
    const known = byTable.get(clock.table());
    if (known === undefined) byTable.set(clock.table(), { clock, zones: [timezone] });
    else known.zones.push(timezone);
  }
  return [...byTable.values()];
}

/** The zones that change their clock in these years. */
export function changingZones(): readonly string[] {
  return zoneClasses().flatMap(({ clock, zones }) => (clock.changes().length === 0 ? [] : zones));
}
