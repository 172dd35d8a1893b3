/**
 * A firing that owns several ticks, since the interval of its service is shorter than the minute in which a schedule
 * can fire. Each slot is a tick of its own, with its own acquire and commit, so that an operator can act between them.
 */
import { type Delivery, FIRING_PERIOD, type ScheduledTick, slotsOf } from '../rules/index.ts';
import { GRACE, type Service, type ServiceHaltedError } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { notifyTick } from './notify.ts';
import type { Ports } from './ports.ts';
import { endTick, tickContext } from './run-tick.ts';
import type { Invocation } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/** One firing of the schedule. */
export interface Firing {
  /** The minute for which the firing was scheduled, in epoch milliseconds. */
  readonly scheduledFor: number;
  /**
   * How late the firing may arrive without losing a slot, in milliseconds. The window of its slots begins that much
   * later.
   */
  readonly slack: number;
  /** The delivery of the firing. */
  readonly delivery?: Delivery;
}

/**
 * Runs the slots of a firing one after the other. It waits for a slot without holding the lease. Of the slots already
 * past when it comes only the newest runs; a slot that passed while this firing was still running an earlier one is
 * skipped as `overlap`, without asking the store. It ends early when the process stops or the invocation has no time
 * left for a run. A tick that halts the service doesn't end the firing: the slots behind it are skipped as `halted`
 * (as `overlap` where they passed during its run), and a resume gets in.
 * @throws ServiceHaltedError at the end, if a tick halted the service; anything else that a tick throws at once,
 * leaving out the slots behind it
 */
export async function runFiring(
  service: Service,
  firing: Firing,
  invocation: Invocation,
  ports: Ports,
): Promise<TickEvent[]> {
  const { clock } = ports;
  const slots = slotsOf(service.schedule, firing.scheduledFor, firing.slack);
  const closing = AbortSignal.any([invocation.closing, invocation.stop].filter((signal) => signal !== undefined));
  const latestStart = invocation.deadline - service.reserve - GRACE;
  const longestWait = firing.slack + FIRING_PERIOD;
  const hasTimeFor = (slot: number) => isWithin(slot, clock.now(), { latestStart, longestWait });
  const events: TickEvent[] = [];
  let halted: ServiceHaltedError | undefined;
  for (const slot of slots.slice(firstToRun(slots, clock.now()))) {
    if (closing.aborted) break;
    const last = events.at(-1);
    if (last !== undefined && slot < clock.now()) {
      const context = tickContext(service, tickOf(firing, slot), invocation, ports);
      const { state } = last;
      events.push(await notifyTick(context, { disposition: 'skipped', reason: 'overlap', state, crashesBooked: 0 }));
      continue;
    }
    if (!hasTimeFor(slot)) break;
    await clock.sleep(slot - clock.now(), closing);
    // The clock may have been set meanwhile: a lease taken after the deadline would have expired already.
    if (closing.aborted || !hasTimeFor(slot)) break;
    const { event, halt } = await endTick(service, tickOf(firing, slot), invocation, ports);
    events.push(event);
    halted ??= halt;
  }
  if (halted !== undefined) throw halted;
  return events;
}

function tickOf({ delivery }: Firing, scheduledFor: number): ScheduledTick {
  return withoutUndefined({ kind: 'scheduled' as const, scheduledFor, delivery });
}

/**
 * A slot is farther ahead than the firing's own time only where the clock was set back: the invocation would end in the
 * wait for it.
 */
function isWithin(slot: number, now: number, bounds: { latestStart: number; longestWait: number }): boolean {
  return Math.max(slot, now) <= bounds.latestStart && slot - now <= bounds.longestWait;
}

function firstToRun(slots: readonly number[], now: number): number {
  return Math.max(
    0,
    slots.findLastIndex((slot) => slot <= now),
  );
}
