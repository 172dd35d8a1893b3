/** What can be said of a visit by itself. */
import { MINUTE } from '../../../lib/time/index.ts';
import type { Grant, Visit } from './reference.ts';

/** Whether its workload still does something. */
export function isActive({ process, run }: Visit): boolean {
  return process.ending === undefined && run !== undefined && (run.outcome === undefined || run.abandoned);
}

/** Its process lives on for the other ticks of its firing when the lease has ended. */
export function hasSlots({ visit }: Grant): boolean {
  return visit.variant.service.policy.interval < MINUTE;
}

/** A lease lasts as long as its run may, and the margin; of a firing with several slots no longer than its invocation. */
export function lastsLongEnough({ request, variant: { service } }: Visit): boolean {
  const longest = request.now + service.timeout + service.leaseMargin;
  if (service.policy.interval >= MINUTE) return request.leaseUntil === longest;
  return request.leaseUntil > request.now + service.leaseMargin && request.leaseUntil <= longest;
}
