/**
 * The schemas of the events that a Lambda handler accepts. Each error message of a schema says only what was expected;
 * the function `malformed` adds what the event contains.
 */
import * as z from 'zod';
import { parseInstant } from '../time/index.ts';

const text = (bytes: number) => {
  const expected = `text of 1 to ${bytes} bytes`;
  return z
    .string(expected)
    .refine((value) => value.trim() !== '' && Buffer.byteLength(value) <= bytes, expected)
    .regex(/^\P{Cs}*$/u, `well-formed ${expected}`);
};
const instant = z.string('an ISO 8601 time with a zone').transform((written, context) => {
  const parsed = parseInstant(written);
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: 'custom', message: 'an ISO 8601 time with a zone', input: written });
  return z.NEVER;
});

/**
 * Matches a placeholder such as `<aws.scheduler.attempt-number>`, which EventBridge Scheduler replaces by a value. It
 * remains if a person copies the input of the schedule and sends it by hand. The field then counts as missing.
 */
const placeholder = z
  .string()
  .regex(/^<aws\.scheduler\.[a-z-]+>$/)
  .transform(() => undefined);
const detail = z.union([placeholder, z.string(), z.number()], 'text').optional();

const service = z.string('text').optional();

/** The schema of the event that EventBridge Scheduler sends. */
export const schedulerEvent = z.object({
  service,
  scheduledFor: z.union([placeholder, instant], 'an ISO 8601 time with a zone'),
  executionId: detail,
  attempt: detail,
});
/** The schema of the event of a scheduled rule of EventBridge, the predecessor of EventBridge Scheduler. */
export const scheduledEvent = z.object({
  'detail-type': z.literal('Scheduled Event', "'Scheduled Event'"),
  time: instant,
  id: detail,
});
/** The schema of the event by which a person invokes a service. */
export const manualEvent = z.discriminatedUnion(
  'action',
  [
    z.strictObject({
      service,
      action: z.literal('run-once'),
      force: z.boolean('true or false').default(false),
      input: z.unknown().optional(),
    }),
    z.strictObject({ service, action: z.literal('status') }),
    z.strictObject({ service, action: z.literal('pause'), reason: text(120), by: text(32), until: instant.optional() }),
    z.strictObject({ service, action: z.literal('resume') }),
  ],
  "'run-once', 'status', 'pause' or 'resume'",
);

/** The names of all actions that a person can ask for, such as `run-once`. */
export const ACTIONS: readonly string[] = manualEvent.options.map(({ shape }) => shape.action.value);
/** The names of all fields that any of the events in this file can have. */
export const EVENT_FIELDS: readonly string[] = [
  ...new Set([schedulerEvent, scheduledEvent, ...manualEvent.options].flatMap(({ shape }) => Object.keys(shape))),
];
