import { InvalidOptionsError, isInvalidOptions } from '../rules/index.ts';
import { catchStrayErrors, type StrayErrors } from '../run/index.ts';
import { invocationTimeout, type Service, type Shape, shapeFaults } from '../service/index.ts';
import {
  isRecord,
  readProperty,
  showValue,
  summarizeError,
  TickoverError,
  toSafeCause,
  toSafeError,
} from '../text/index.ts';
import { type Clock, type Duration, MINUTE, SECOND, systemClock, withTimeLimit } from '../time/index.ts';
import { type UnknownServiceAnswer, unknownServiceAnswer } from './answers.ts';
import { asMember, type Composition, endProcess, type Overrides } from './composition.ts';
import { readEnvironment } from './env.ts';
import type { Answer, HandlerContext, ScheduledHandler } from './handler.ts';
import { serviceLog } from './log.ts';
import { compositionOf, handlerOf } from './scheduled-handler.ts';

/** A service that shares its Lambda function with other services. */
export interface GroupMember {
  /** A hash of the code, policy and schedule of this service alone. */
  readonly build: string;
  /** Replaces the option `interval` of the service. @default the option `interval` stays */
  readonly interval?: Duration;
  /** Imports the service's file in the folder `functions`, which exports the `handler` that `scheduledHandler` made. */
  readonly load: () => Promise<unknown>;
}

export type GroupOverrides = Pick<Overrides, 'clock' | 'log' | 'recycle' | 'environment'>;

const OVERRIDES: Readonly<Record<string, Shape>> = {
  ...{ clock: 'object', log: 'object', environment: 'object', recycle: 'function' },
};

/** Thrown by an invocation if the code of its service can't be loaded. The service did not run. */
class ServiceNotLoadedError extends TickoverError {
  override readonly name = 'ServiceNotLoadedError';
  readonly code = 'not-loaded';
  readonly service: string;

  constructor(service: string, group: string, cause: unknown) {
    const { errorClass, message } = summarizeError(cause, 0);
    super(
      `${service}: its code in the group ${group} cannot be loaded: ${errorClass}: ${message}; ` +
        'it did not run, and its next invocation tries again; the other services of the group run',
      { cause: toSafeCause(cause) },
    );
    this.service = service;
  }
}

/**
 * The age in milliseconds from which a process is ended if the code of a service can't be loaded, since Node loads a
 * failed module again only in a new process. A younger process stays, so that the other services don't start anew at
 * every tick.
 */
const RENEW_AFTER = 5 * MINUTE;

/**
 * Makes the Lambda handler of several services. Each event names its service, such as
 * `{"service":"sync","action":"status"}`. An event that names no service of the group is answered and changes nothing.
 * The first event for a service imports the code of the service. If the import fails, the invocation throws, and the
 * next event for the service imports again.
 * @param group the name of the group, which error messages contain
 * @param members the services, by name
 * @throws InvalidOptionsError if an environment variable is invalid
 */
export function groupHandler(
  group: string,
  members: Readonly<Record<string, GroupMember>>,
  overrides: GroupOverrides = {},
): ScheduledHandler {
  const faults = shapeFaults(overrides, OVERRIDES);
  if (faults.length > 0) throw new InvalidOptionsError(`group ${group}`, faults);
  refuseEnvironment(group, overrides);
  const { clock = systemClock, log = serviceLog(group), recycle = endProcess } = overrides;
  const names = Object.keys(members);
  const loaded = loadingOf(group, members, { loading: catchStrayErrors(log), clock });
  const startedAt = clock.now();

  const failedLoad = (error: ServiceNotLoadedError, event: unknown, context: HandlerContext): unknown => {
    log.error(error.message, { error: error.cause });
    // An invocation by a person doesn't end the process, since the person would get no answer.
    const isManual = isRecord(event) && Object.hasOwn(event, 'action');
    if (!isManual && clock.now() - startedAt >= RENEW_AFTER) (context.endAfterAnswer ?? recycle)();
    return toSafeError(error);
  };
  const strange = (given: unknown): UnknownServiceAnswer => {
    const answer = unknownServiceAnswer(group, names, given);
    log.error(answer.message);
    return answer;
  };

  return async (event, context): Promise<Answer> => {
    const name: unknown = readProperty(event, 'service');
    if (typeof name !== 'string' || !Object.hasOwn(members, name)) return strange(name);
    const handler = await loaded(name).catch((error: ServiceNotLoadedError) => {
      throw failedLoad(error, event, context);
    });
    return handler(event, context);
  };
}

/**
 * Gives an invocation only the time that its service needs; the timeout of the function fits the slowest service. The
 * lease lasts that long, and after a crash no run can begin before the lease ends.
 */
function withinOwnTime(context: HandlerContext, service: Service): HandlerContext {
  const most = invocationTimeout(service);
  return {
    ...context,
    getRemainingTimeInMillis: () => Math.min(context.getRemainingTimeInMillis(), most),
  };
}

/** Throws if an environment variable is invalid. The message contains the name of the group. */
function refuseEnvironment(group: string, { environment }: GroupOverrides): void {
  if (environment !== undefined) return;
  try {
    readEnvironment();
  } catch (error) {
    throw isInvalidOptions(error) ? new InvalidOptionsError(`group ${group}`, error.faults) : error;
  }
}

/**
 * The longest time, in milliseconds, that importing the code of a service may take. Lambda gives every function 10 s to
 * start.
 */
const LOAD_LIMIT = 10 * SECOND;

function loadingOf(
  group: string,
  members: Readonly<Record<string, GroupMember>>,
  { loading, clock }: { readonly loading: StrayErrors; readonly clock: Clock },
): (name: string) => Promise<ScheduledHandler> {
  const handlers = new Map<string, Promise<ScheduledHandler>>();
  const counted: Pick<StrayErrors, 'count'>[] = [loading];
  // Adds up the stray errors of all services, since all of them share the memory of the process.
  const strayErrors = {
    get count() {
      return counted.reduce((sum, { count }) => sum + count, 0);
    },
  };
  const load = async (name: string): Promise<ScheduledHandler> => {
    try {
      const { build, interval, load: imported } = members[name] as GroupMember;
      const composition = memberIn(
        await withTimeLimit(clock, LOAD_LIMIT, () => loading.loadScope(name, async () => imported())),
        name,
      );
      counted.push(composition.strayErrors);
      const member = asMember(composition, { build, interval, strayErrors });
      const handler = handlerOf(member);
      return (event, context) => handler(event, withinOwnTime(context, member.service));
    } catch (error) {
      handlers.delete(name);
      throw new ServiceNotLoadedError(name, group, error);
    }
  };
  return (name) => {
    const handler = handlers.get(name) ?? load(name);
    handlers.set(name, handler);
    return handler;
  };
}

function memberIn(module: unknown, name: string): Composition {
  const composition = compositionOf(readProperty(module, 'handler'));
  if (composition === undefined) {
    throw new TypeError('its file: expected a `handler` made by scheduledHandler, got none');
  }
  const { name: exported } = composition.service;
  if (exported === name) return composition;
  throw new TypeError(`its file: expected the handler of '${name}', got that of ${showValue(exported)}`);
}
