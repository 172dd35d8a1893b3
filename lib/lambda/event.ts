import type * as z from 'zod';
import type { Delivery } from '../rules/index.ts';
import { FARTHEST_DUE } from '../service/index.ts';
import { cut, isRecord, mask } from '../text/index.ts';
import { MINUTE, toIso } from '../time/index.ts';
import { manualEvent, scheduledEvent, schedulerEvent } from './event-schemas.ts';
import { brief, MalformedEventError, malformed } from './malformed-event.ts';

/** The name of the service that an event is for. It is required if several services share the Lambda function. */
export interface ServiceNamed {
  readonly service?: string;
}

/**
 * The event that EventBridge Scheduler sends. If `scheduledFor` is still the placeholder
 * `<aws.scheduler.scheduled-time>`, the tick of the latest due time runs.
 */
export interface SchedulerEvent extends ServiceNamed {
  /** The due time of the tick, in ISO 8601. */
  readonly scheduledFor: string;
  /** The id that EventBridge Scheduler gives to each attempt to invoke the function. It is only logged. */
  readonly executionId?: string;
  /** The number of the attempt by EventBridge Scheduler to invoke the function. It is only logged. */
  readonly attempt?: string;
}

/**
 * The event of a scheduled rule of EventBridge, the predecessor of EventBridge Scheduler. `time` is the due time of the
 * tick.
 */
export interface ScheduledEvent {
  readonly 'detail-type': 'Scheduled Event';
  readonly time: string;
  readonly id?: string;
}

/** The event by which a person invokes a service: an action and its fields. */
export type ManualEvent = ServiceNamed & Action;

type Action =
  | {
      readonly action: 'run-once';
      /**
       * Whether the service runs although it is paused or halted. A manual run always ignores a backoff. @default false
       */
      readonly force?: boolean;
      /** The input of the run, which the schema `input` of the service checks. @default none */
      readonly input?: unknown;
    }
  | { readonly action: 'status' }
  | {
      readonly action: 'pause';
      /** Text of 1 to 120 bytes. */
      readonly reason: string;
      /** The person who pauses the service: text of 1 to 32 bytes. */
      readonly by: string;
      /** When the pause ends by itself, in ISO 8601. @default the pause lasts until the service is resumed */
      readonly until?: string;
    }
  | { readonly action: 'resume' };

/** Any event that a handler accepts. */
export type HandlerEvent = SchedulerEvent | ScheduledEvent | ManualEvent;

/** An event after it was read and checked. Instants are in epoch milliseconds. */
export type Request =
  | {
      readonly kind: 'firing';
      /**
       * The due time in epoch milliseconds; absent if the event contains none. Then the tick of the latest due time
       * runs.
       */
      readonly scheduledFor?: number;
      readonly delivery: Delivery;
    }
  | { readonly kind: 'run-once'; readonly force: boolean; readonly input?: unknown }
  | { readonly kind: 'status' }
  | { readonly kind: 'pause'; readonly reason: string; readonly by: string; readonly until?: number }
  | { readonly kind: 'resume' }
  | { readonly kind: 'unknown-service'; readonly given: unknown };

/** The most bytes of the fields `executionId` and `attempt` that are logged; the rest of a longer value is cut. */
const LONGEST_DETAIL = 128;

type PauseEvent = Extract<z.output<typeof manualEvent>, { action: 'pause' }>;

/**
 * Reads and checks an event. A due time may be at most FARTHEST_DUE after `now`, and a pause must end after `now`.
 * @throws MalformedEventError which names each invalid field, with the expected and the given value
 */
export function readEvent(service: string, event: unknown, now: number): Request {
  if (isRecord(event)) {
    const { service: given } = event;
    if (given !== undefined && given !== service) return { kind: 'unknown-service', given };
    if (Object.hasOwn(event, 'action')) return readManual(service, event, now);
    if (Object.hasOwn(event, 'scheduledFor')) return readFiring(service, event, now);
    if (Object.hasOwn(event, 'detail-type')) return readClassic(service, event, now);
  }
  const expected =
    "an object with 'scheduledFor' (EventBridge Scheduler), 'detail-type' (EventBridge) or 'action' (by hand)";
  throw new MalformedEventError(service, [`event: expected ${expected}, got ${brief(event)}`]);
}

function readManual(service: string, event: object, now: number): Request {
  const asked = parsed(manualEvent, service, event);
  switch (asked.action) {
    case 'run-once':
      return { kind: 'run-once', force: asked.force, input: asked.input };
    case 'pause':
      return readPause(service, asked, now);
    default:
      return { kind: asked.action };
  }
}

function readPause(service: string, { reason, by, until }: PauseEvent, now: number): Request {
  if (until !== undefined && until <= now) {
    throw new MalformedEventError(service, [`until: expected a time after now (${toIso(now)}), got '${toIso(until)}'`]);
  }
  return { kind: 'pause', reason, by, ...(until === undefined ? {} : { until }) };
}

function readFiring(service: string, event: object, now: number): Request {
  const { scheduledFor, executionId, attempt } = parsed(schedulerEvent, service, event);
  if (scheduledFor !== undefined) refuseFuture(service, 'scheduledFor', { scheduledFor, now });
  return {
    kind: 'firing',
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    delivery: deliveryOf(executionId, attempt),
  };
}

function readClassic(service: string, event: object, now: number): Request {
  const { time, id } = parsed(scheduledEvent, service, event);
  refuseFuture(service, 'time', { scheduledFor: time, now });
  return { kind: 'firing', scheduledFor: time, delivery: deliveryOf(id, undefined) };
}

function deliveryOf(executionId?: string | number, attempt?: string | number): Delivery {
  return {
    ...(executionId === undefined ? {} : { executionId: cut(mask(String(executionId)), LONGEST_DETAIL) }),
    ...(attempt === undefined ? {} : { attempt: cut(mask(String(attempt)), LONGEST_DETAIL) }),
  };
}

function refuseFuture(
  service: string,
  field: string,
  { scheduledFor, now }: { scheduledFor: number; now: number },
): void {
  if (scheduledFor <= now + FARTHEST_DUE) return;
  const expected = `a time at most ${FARTHEST_DUE / MINUTE} minutes after now (${toIso(now)})`;
  throw new MalformedEventError(service, [`${field}: expected ${expected}, got '${toIso(scheduledFor)}'`]);
}

function parsed<Schema extends z.ZodType>(schema: Schema, service: string, event: object): z.output<Schema> {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw malformed(service, event, result.error.issues);
}
