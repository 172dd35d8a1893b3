/** The due times of the service in a harness, in order, each with the instant at which its tick starts. */
import { hasSlots, latestDue, nextDue } from '../rules/index.ts';
import type { Service } from '../service/index.ts';
import { showValue } from '../text/index.ts';
import type { Random } from '../time/index.ts';

/** A due time and the start of its tick, which the option `jitterRange` may delay; in epoch milliseconds. */
export interface DueTime {
  readonly scheduledFor: number;
  readonly startsAt: number;
}

/** The due times of a service that are still to come. */
export interface DueTimes {
  /** When the next tick starts; `Infinity` if the service is never due again. */
  nextStart(): number;
  /**
   * Removes the next due time and returns it. Of several that have passed already, this is the newest, as on a machine
   * that has slept.
   * @throws Error if the service is never due again
   */
  take(): DueTime;
}

/** The due times of `service` from the instant `now()` on. A due time at exactly this instant is the first. */
export function dueTimesOf(service: Service, { random, now }: { readonly random: Random; now(): number }): DueTimes {
  const { schedule } = service;
  let next = startOf(service, random, nextDue(schedule, now() - 1));
  return {
    nextStart: () => next?.startsAt ?? Number.POSITIVE_INFINITY,
    take() {
      if (next === undefined) throw new Error(`${service.name}: ${neverDue(service)}`);
      const newest = latestDue(schedule, now());
      const taken =
        newest !== undefined && newest > next.scheduledFor ? { scheduledFor: newest, startsAt: now() } : next;
      next = startOf(service, random, nextDue(schedule, taken.scheduledFor));
      return taken;
    },
  };
}

/** The start of a tick is delayed by up to `jitterRange` × `interval`, but not where a firing has several slots. */
function startOf(service: Service, random: Random, scheduledFor: number | undefined): DueTime | undefined {
  if (scheduledFor === undefined) return undefined;
  const { jitterRange, interval } = service.policy;
  const isDelayed = jitterRange !== undefined && !hasSlots(service.schedule);
  return {
    scheduledFor,
    startsAt: scheduledFor + (isDelayed ? Math.floor(random.draw() * jitterRange * interval) : 0),
  };
}

function neverDue({ schedule }: Service): string {
  return `the cron expression ${showValue(schedule.cron)} is never due again; no tick is left to fire`;
}
