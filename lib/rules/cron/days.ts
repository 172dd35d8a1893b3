import type { CalendarDay } from '../../time/index.ts';

/**
 * A rule for the days on which a cron expression is due. A workday is a day from Monday to Friday; a `weekday` is any
 * day of the week, as a number from 1 for Sunday.
 */
export type DayRule =
  | { readonly kind: 'days'; readonly days: ReadonlySet<number> }
  | { readonly kind: 'weekdays'; readonly weekdays: ReadonlySet<number> }
  | { readonly kind: 'last' }
  | { readonly kind: 'last-workday' }
  | { readonly kind: 'closest-workday'; readonly day: number }
  | { readonly kind: 'last-weekday'; readonly weekday: number }
  | { readonly kind: 'nth-weekday'; readonly weekday: number; readonly nth: number };

export function isDueOn(rule: DayRule, date: CalendarDay): boolean {
  const { day, weekday, daysInMonth } = date;
  switch (rule.kind) {
    case 'days':
      return rule.days.has(day);
    case 'weekdays':
      return rule.weekdays.has(weekday);
    case 'last':
      return day === daysInMonth;
    case 'last-workday':
      return day === closestWorkday(date, daysInMonth);
    case 'closest-workday':
      return day === closestWorkday(date, rule.day);
    case 'last-weekday':
      return weekday === rule.weekday && day > daysInMonth - 7;
    case 'nth-weekday':
      return weekday === rule.weekday && Math.ceil(day / 7) === rule.nth;
  }
}

/**
 * The day of the month of the workday (Monday to Friday) that is closest to the day `wanted` in the same month. The
 * first parameter is any date of that month.
 */
function closestWorkday({ day, weekday, daysInMonth }: CalendarDay, wanted: number): number {
  const wantedWeekday = ((((weekday - 1 + wanted - day) % 7) + 7) % 7) + 1;
  if (wantedWeekday === 7) return wanted === 1 ? wanted + 2 : wanted - 1;
  if (wantedWeekday === 1) return wanted === daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
}
