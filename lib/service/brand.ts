/**
 * The brand of services. A process can contain two copies of Tickover, and either copy must recognise a service that
 * the other one has defined.
 */
import { isRecord, tryRead } from '../text/index.ts';
import type { Service } from './service.ts';

/** The symbol that marks a service. It is the same in all copies, and in all realms of a process. */
const SERVICE_BRAND = Symbol.for('tickover.service');

/**
 * Marks an object as a service. A copy of it, such as `{ ...service }`, is a service too. The type doesn't contain the
 * brand, since the types of two copies of Tickover must fit each other.
 */
export function branded(service: Service): Service {
  return Object.assign(service, { [SERVICE_BRAND]: true });
}

/** The symbol of the property by which a handler names the service that it runs. */
const HANDLER_BRAND = Symbol.for('tickover.handler');

/** Makes {@link serviceOfHandler} find the service of a handler. Returns the handler. */
export function brandedHandler<Handler extends object>(handler: Handler, service: Service): Handler {
  return Object.defineProperty(handler, HANDLER_BRAND, { value: service });
}

/**
 * Returns the service that a handler runs, if `scheduledHandler` of this copy of Tickover or of another one made it;
 * `undefined` for any other value.
 */
export function serviceOfHandler(value: unknown): Service | undefined {
  if (typeof value !== 'function') return undefined;
  const service = tryRead(() => (value as { [HANDLER_BRAND]?: unknown })[HANDLER_BRAND]);
  return isService(service) ? service : undefined;
}

/** Whether the value is a service that `defineService` made, in this copy of Tickover or in another one. */
export function isService(value: unknown): value is Service {
  return isRecord(value) && tryRead(() => (value as { [SERVICE_BRAND]?: unknown })[SERVICE_BRAND]) === true;
}
