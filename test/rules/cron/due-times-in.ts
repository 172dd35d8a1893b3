/** The due times of the product in a stretch of time, compared with those of the evaluator that walks by the minute. */
import { latestDue, nextDue, type Schedule } from '../../../lib/rules/index.ts';
import { dueByTheMinute } from './by-the-minute.ts';
import type { Stretch, WallClock } from './wall-clock.ts';

/** Expressions of every form that are due once a day at most. */
export const SPARSE: readonly string[] = [
  ...['30 2 * * ? *', '59 23 L * ? *', '0 0 ? * 1L *', '5 1 ? MAR,OCT,NOV SUN *', '0 3 ? * 1#1 *', '30 0 LW * ? *'],
  ...['20 2 29 3 ? 2026-2027', '45 1 3W 4,10,11 ? *'],
];

/** Expressions of every form that are due more often on the days that they name. */
export const DENSE: readonly string[] = [
  ...['30 2,14 * * ? *', '0/30 2 * * ? *', '*/20 1-3 * * ? *', '0 0-23/3 * * ? *', '15,45 0,1,23 * * ? *'],
  ...['10-50/20 2 1-7 * ? *', '* 2 ? * L *', '0 * ? * SUN-MON 2027', '* * * * ? *'],
];

export const FORMS: readonly string[] = [...SPARSE, ...DENSE];

/** At how many due times of a stretch, and just before them, the latest due time is asked for. */
const MOST_ASKED = 6;

/** What the product and the evaluator see otherwise in the stretch, one line each. */
export function differences(schedule: Schedule, clock: WallClock, stretch: Stretch): string[] {
  const expected = dueByTheMinute(schedule.cron ?? '', clock, stretch);
  const due = dueWithin(schedule, stretch);
  const missing = expected.filter((each, index) => due[index] !== each);
  const added = due.filter((each, index) => expected[index] !== each);
  return [
    ...missing.map((each) => `due at ${iso(each)} by the evaluator`),
    ...added.map((each) => `due at ${iso(each)} by the product`),
    ...latestDifferences(schedule, expected),
  ];
}

function dueWithin(schedule: Schedule, { from, to }: Stretch): number[] {
  const due: number[] = [];
  for (let next = nextDue(schedule, from - 1); next !== undefined && next < to; next = nextDue(schedule, next))
    due.push(next);
  return due;
}

function latestDifferences(schedule: Schedule, expected: readonly number[]): string[] {
  const step = Math.max(1, Math.floor(expected.length / MOST_ASKED));
  return expected.flatMap((due, index) => {
    const before = expected[index - 1];
    if (index % step !== 0 && index !== expected.length - 1) return [];
    return [
      ...latestDifference(schedule, due, due),
      ...(before === undefined ? [] : latestDifference(schedule, due - 1, before)),
    ];
  });
}

function latestDifference(schedule: Schedule, now: number, expected: number): string[] {
  const latest = latestDue(schedule, now);
  return latest === expected
    ? []
    : [`latest at ${iso(now)} is ${iso(latest)} by the product, ${iso(expected)} by the evaluator`];
}

function iso(instant: number | undefined): string {
  return instant === undefined ? 'never' : new Date(instant).toISOString();
}
