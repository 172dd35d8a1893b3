/** The parts of requests that both kinds of clients make. */
import { readProperty, showValue, tryRead, withoutUndefined } from '../text/index.ts';
import type { PauseOptions } from './client.ts';
import { ClientError } from './errors.ts';
import type { ServiceOrName } from './service-types.ts';

/** Who pauses a service, if the caller names nobody. */
const SOMEBODY = 'client';

/** Returns the event that pauses a service. */
export function pauseEvent(options: PauseOptions) {
  const { reason, until, by = SOMEBODY } = options ?? {};
  const end = typeof until === 'object' ? tryRead(() => until.toISOString()) : until;
  if (until !== undefined && end === undefined) throw refused('until', 'an instant as a Date or as text', until);
  return withoutUndefined({ action: 'pause' as const, reason, by, until: end });
}

/** Returns the event that runs a service once. */
export function runOnceEvent(options: { readonly input?: unknown; readonly force?: boolean } | null) {
  const { input, force } = options ?? {};
  if (input !== undefined && tryRead(() => JSON.stringify(input)) === undefined)
    throw refused('input', 'a value that JSON can represent', input);
  return withoutUndefined({ action: 'run-once' as const, input, force });
}

/** Returns the name of a service that is given by its definition or by its name. */
export function nameOf(service: ServiceOrName): string {
  const name = typeof service === 'string' ? service : readProperty(service, 'name');
  if (typeof name === 'string' && name !== '') return name;
  throw refused('service', 'the name of a service, or what defineService returned', service);
}

function refused(argument: string, expected: string, given: unknown): ClientError {
  return new ClientError('refused', argument, `expected ${expected}, got ${showValue(given)}; nothing was done`);
}
