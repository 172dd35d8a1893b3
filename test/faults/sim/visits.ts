/** What can be said of a visit by itself. */
import type { Visit } from './reference.ts';

/** Whether its workload still does something. */
export function isActive({ process, run }: Visit): boolean {
  return process.ending === undefined && run !== undefined && (run.outcome === undefined || run.abandoned);
}

/** A lease lasts as long as its process may live, and the margin. */
export function lastsLongEnough({ request, deadline, variant: { service } }: Visit): boolean {
  return request.leaseUntil === deadline + service.leaseMargin;
}
