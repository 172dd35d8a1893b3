/**
 * The handler of a function that answers questions beside its service's own events. A question is a manual action that
 * only reads: it takes no lease, so it is answered while a run is under way, and it changes no state.
 */
import * as z from 'zod';
import { GRACE, type RunContext, type Service, STORE_LIMIT } from '../service/index.ts';
import { isRecord, readProperty, toSafeError } from '../text/index.ts';
import type { StateStore } from '../tick/index.ts';
import { withTimeLimit } from '../time/index.ts';
import { compose, type Overrides } from './composition.ts';
import { ACTIONS } from './event-schemas.ts';
import type { HandlerContext, ScheduledHandler } from './handler.ts';
import { brief, MalformedEventError, malformed } from './malformed-event.ts';
import { handlerOf } from './scheduled-handler.ts';

/** What a question can use. */
export interface QueryContext extends Pick<RunContext, 'clock' | 'random' | 'signal'> {
  readonly service: Service;
  readonly store: Pick<StateStore, 'read' | 'failedRuns'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Returns the result of the service's `prepare`. */
  readonly prepared: () => unknown;
}

/** A question: the fields that its event may have, and the function that answers it. */
export interface Query {
  readonly fields: z.ZodRawShape;
  answer(fields: Readonly<Record<string, unknown>>, context: QueryContext): Promise<unknown>;
}

/** Questions by the name of their action. */
export type Queries = Readonly<Record<string, Query>>;

/** A handler that answers questions too. */
export type QueryingHandler = (event: unknown, context: HandlerContext) => Promise<unknown>;

/**
 * Makes the Lambda handler of a service whose function answers questions too, such as `{"action":"list"}`. Every other
 * event goes to the service as in `scheduledHandler`. A question that can't be answered throws, with credentials
 * masked, and ends no process.
 * @throws InvalidOptionsError at once, if the environment can't be used
 */
export function handlerWithQueries(service: Service, queries: Queries, overrides: Overrides = {}): QueryingHandler {
  const composition = compose(service, overrides);
  const handler = handlerOf(composition);
  const { ports, environment, prepared } = composition;
  const { store, clock, random } = ports;
  const own = [undefined, service.name] as readonly unknown[];

  return async (event, context) => {
    const action = own.includes(readProperty(event, 'service')) ? readProperty(event, 'action') : undefined;
    if (typeof action !== 'string' || ACTIONS.includes(action)) return handler(event as EventOf, context);
    try {
      const query = queryFor(service.name, action, queries);
      const fields = fieldsOf(service.name, event as object, query);
      return await withTimeLimit(clock, { ms: STORE_LIMIT, grace: GRACE }, (signal) =>
        query.answer(fields, { service, store, clock, random, signal, env: environment.variables, prepared }),
      );
    } catch (error) {
      ports.log.error(`${service.name}: the question ${brief(action)} was not answered; nothing was changed`, {
        error,
      });
      throw toSafeError(error);
    }
  };
}

type EventOf = Parameters<ScheduledHandler>[0];

function queryFor(service: string, action: string, queries: Queries): Query {
  const query = Object.hasOwn(queries, action) ? queries[action] : undefined;
  if (query !== undefined) return query;
  const known = [...ACTIONS, ...Object.keys(queries)].map((name) => `'${name}'`);
  const expected = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`;
  throw new MalformedEventError(service, [`action: expected ${expected}, got ${brief(action)}`]);
}

function fieldsOf(service: string, event: object, { fields }: Query): Readonly<Record<string, unknown>> {
  const schema = z.strictObject({ ...fields, action: z.string(), service: z.string().optional() });
  const read = schema.safeParse(event);
  if (!read.success) throw malformed(service, event, read.error.issues);
  return isRecord(read.data) ? read.data : {};
}
