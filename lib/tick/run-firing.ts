/**
 * Runs a firing that owns several ticks (slots), because the interval is below a minute. Each slot has its own acquire
 * and commit, so that an operator can act between two slots.
 */
import { type Delivery, FIRING_PERIOD, type ScheduledTick, slotsOf } from '../rules/index.ts';
import { GRACE, type Service, type ServiceHaltedError } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { notifyTick } from './notify.ts';
import type { Ports } from './ports.ts';
import { endTick, tickContext } from './run-tick.ts';
import type { Invocation } from './tick-context.ts';
import type { TickEvent } from './tick-event.ts';

/** One firing of the schedule that owns several slots. */
export interface Firing {
  /** The minute for which the firing was scheduled, in epoch milliseconds. */
  readonly scheduledFor: number;
  /**
   * How late the firing may arrive without losing a slot, in milliseconds. The firing owns the due times of the minute
   * that begins at `scheduledFor + slack`.
   */
  readonly slack: number;
  readonly delivery?: Delivery;
}

/**
 * Runs the slots of a firing one after the other. Of the slots that are past at the start of the firing, only the
 * newest runs. A slot that passes during the run of an earlier slot is skipped as `overlap`. The firing ends early if
 * the process stops, or if the invocation has no time left for a run.
 * @throws ServiceHaltedError after the last slot, if a tick halted the service; any other error of a tick at once
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
    // If the clock was set ahead during the sleep, the invocation may have no time left for a run.
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
 * Whether the invocation has time for the slot: a run can still begin by `latestStart`, and the slot is at most
 * `longestWait` ahead. A slot is farther ahead only if the clock was set back.
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
