import type { Service } from '../../service/index.ts';
import { briefly, DAY, HOUR, MINUTE, parseDuration, SECOND } from '../../time/index.ts';

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [SECOND, 's'],
  [1, 'ms'],
] as const;

/** The schedule as `npm start` shows it: `every 5m`, or `by cron 0 6 * * ? * in Europe/Berlin`. */
export function scheduleLine({ schedule }: Pick<Service, 'schedule'>): string {
  const { interval, cron, timezone = 'UTC' } = schedule;
  return cron === undefined
    ? `every ${exactly(interval)}`
    : `by cron ${cron.trim().replace(/\s+/g, ' ')} in ${timezone}`;
}

/** The interval in the largest unit that needs no rounding, such as `5m`. */
function exactly(interval: number): string {
  const brief = briefly(interval);
  if (parseDuration(brief) === interval) return brief;
  const [unit, name] = UNITS.find(([length]) => interval % length === 0) ?? UNITS[4];
  return `${interval / unit}${name}`;
}
