/**
 * The handler of a function that runs several services. Each event names its service, and each service has its own
 * state, lease, pause and halt. They share the process, its environment and the rights of its role.
 */
import { InvalidOptionsError } from '../rules/index.ts';
import { catchStrayErrors, type StrayErrors } from '../run/index.ts';
import { invocationTimeout, type Service, type Shape, shapeFaults } from '../service/index.ts';
import { isRecord, readProperty, showValue, summarizeError, toSafeCause, toSafeError } from '../text/index.ts';
import { type Clock, type Duration, MINUTE, SECOND, systemClock, withTimeLimit } from '../time/index.ts';
import { type UnknownServiceAnswer, unknownServiceAnswer } from './answers.ts';
import { asMember, type Composition, endProcess, type Overrides } from './composition.ts';
import { readEnvironment } from './env.ts';
import type { Answer, HandlerContext, ScheduledHandler } from './handler.ts';
import { serviceLog } from './log.ts';
import { compositionOf, handlerOf } from './scheduled-handler.ts';

/** A service of a group. */
export interface GroupMember {
  /** The service's own build id, which another service's code doesn't change. */
  readonly build: string;
  /** An interval that replaces the service's own. @default the service's own */
  readonly interval?: Duration;
  /** Imports the module that exports the service's `handler`, which `scheduledHandler` made. */
  readonly load: () => Promise<unknown>;
}

/** Substitutes for tests. */
export type GroupOverrides = Pick<Overrides, 'clock' | 'log' | 'recycle' | 'environment'>;

const OVERRIDES: Readonly<Record<string, Shape>> = {
  ...{ clock: 'object', log: 'object', environment: 'object', recycle: 'function' },
};

/** The error of an invocation whose service can't be loaded; the service did not run. */
class ServiceNotLoadedError extends Error {
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
 * How old a process must be to be ended for a service that can't be loaded. A module whose evaluation failed is never
 * evaluated again in its process: a new one has to try. The other services then start cold once in this time.
 */
const RENEW_AFTER = 5 * MINUTE;

/**
 * Makes the Lambda handler of several services. An event names its service in the field `service`: a firing by the
 * Input of its schedule, a manual action such as `{"service":"sync","action":"status"}`. One that names none of them is
 * answered, and nothing is done.
 *
 * A service is imported at its first invocation. If that fails, this invocation alone throws, and the next one of that
 * service tries again. A stray error of one service ends the process after the next scheduled tick of any.
 * @param group the name of the group, for messages
 * @param members the services by name
 * @throws InvalidOptionsError at once, if the environment can't be used
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
    // A person waits for the answer, which the end of the process would take away.
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
 * The context of an invocation that has the time which the service has in a function of its own. Its lease ends by this
 * time: the longest of the group would keep it from running for as long after a crash.
 */
function withinOwnTime(context: HandlerContext, service: Service): HandlerContext {
  const most = invocationTimeout(service);
  return {
    ...context,
    getRemainingTimeInMillis: () => Math.min(context.getRemainingTimeInMillis(), most),
  };
}

/** The entry of a function that throws is an error of its start: its message has to name the group. */
function refuseEnvironment(group: string, { environment }: GroupOverrides): void {
  if (environment !== undefined) return;
  try {
    readEnvironment();
  } catch (error) {
    throw error instanceof InvalidOptionsError ? new InvalidOptionsError(`group ${group}`, error.faults) : error;
  }
}

/**
 * How long the code of a service may take to load, in milliseconds: the time that Lambda gives a function of its own
 * for that. Code that waits for ever at its top level would otherwise keep the invocation until the function's timeout.
 */
const LOAD_LIMIT = 10 * SECOND;

/** Returns the handler of a service, which it loads once. */
function loadingOf(
  group: string,
  members: Readonly<Record<string, GroupMember>>,
  { loading, clock }: { readonly loading: StrayErrors; readonly clock: Clock },
): (name: string) => Promise<ScheduledHandler> {
  const handlers = new Map<string, Promise<ScheduledHandler>>();
  const counted: Pick<StrayErrors, 'count'>[] = [loading];
  // What one service leaves behind may damage the memory of all.
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
