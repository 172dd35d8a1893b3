/** The parts of requests that both kinds of clients make. */
import { withoutUndefined } from '../text/index.ts';
import type { PauseOptions } from './client.ts';
import type { ServiceOrName } from './service-types.ts';

/** Who pauses a service, if the caller names nobody. */
const SOMEBODY = 'client';

/** Returns the event that pauses a service. */
export function pauseEvent({ reason, until, by = SOMEBODY }: PauseOptions) {
  const end = typeof until === 'object' ? until.toISOString() : until;
  return withoutUndefined({ action: 'pause' as const, reason, by, until: end });
}

/** Returns the name of a service that is given by its definition or by its name. */
export function nameOf(service: ServiceOrName): string {
  return typeof service === 'string' ? service : service.name;
}
