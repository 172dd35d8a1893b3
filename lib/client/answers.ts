/** Checks the answers of functions: another version of them, or another function, may have answered. */
import * as z from 'zod';
import { readProperty } from '../text/index.ts';
import { ClientError } from './errors.ts';
import type { Asked } from './faults.ts';

const text = z.string();
const time = text.nullable();
const count = z.number();
const STATUS = [
  ...['halted', 'paused', 'running', 'never-ran', 'overdue', 'backing-off', 'failing', 'steady'],
] as const;
const pause = z.looseObject({ at: text, until: time, reason: text, by: text }).nullable();
const halt = z.looseObject({ at: text, until: time, cause: text }).nullable();

const summary = z.object({
  name: text,
  status: z.enum([...STATUS, 'unreadable', 'not-read', 'removed']),
  healthy: z.boolean().nullable(),
  cause: time,
  cadence: z.object({ intervalSeconds: count, cron: time, timezone: time }).nullable(),
  ...{ lastTick: time, lastSuccess: time, streak: count, backoffCount: count, notBefore: time, nextDue: time },
  pause,
  halt,
  ...{ removedAt: time, group: time, function: time },
});

const stored = {
  ...{ service: text, status: z.enum(STATUS), since: time, cause: time, trackRecord: z.array(z.boolean()) },
  ...{ streak: count, backoffCount: count, nextDue: time, lastTick: time, lastSuccess: time, pause, halt },
  policy: z.looseObject({ consecutive: count, intervalSeconds: count }),
  ...{ runs: z.array(z.looseObject({ at: text })), failures: z.array(z.looseObject({ at: text })), build: text },
};

const run = z.looseObject({ at: text, outcome: text, durationMs: count, manual: z.boolean() });

/** The shapes of the answers, by action. */
export const ANSWERS = {
  list: z.looseObject({ action: z.literal('list'), at: text, services: z.array(summary) }),
  history: z.looseObject({
    action: z.literal('history'),
    service: text,
    runs: z.array(run),
    failures: z.array(run.extend({ run: count, class: time, message: time })),
  }),
  status: z.looseObject({ action: z.literal('status'), ...stored }),
  pause: z.looseObject({ action: z.literal('pause'), ...stored }),
  resume: z.looseObject({ action: z.literal('resume'), ...stored, ended: z.looseObject({ streak: count }) }),
  'run-once': z.looseObject({
    action: z.literal('run-once'),
    ...{ service: text, disposition: z.enum(['ran', 'skipped']), reason: time, outcome: time, verdict: time },
    ...{ durationMs: count.nullable(), backoffCount: count, nextDue: time },
    error: z.looseObject({ class: text, message: text }).nullable(),
    result: z.unknown(),
    ...{ bypassed: z.array(text), stays: z.array(text) },
  }),
};

/** The name of an action with a checked answer. */
export type Action = keyof typeof ANSWERS;

/**
 * Returns the answer to the action.
 * @throws ClientError if it is a refusal in words, or has another shape
 */
export function checkedAnswer<A extends Action>(
  action: A,
  answer: unknown,
  { subject, target }: Asked,
): z.output<(typeof ANSWERS)[A]> {
  const [error, message] = ['error', 'message'].map((field) => readProperty(answer, field));
  if (typeof error === 'string' && typeof message === 'string' && readProperty(answer, 'action') !== 'run-once') {
    const code = error === 'unknown-service' ? 'unknown-service' : 'refused';
    throw new ClientError(code, subject, `${target} answered: ${message}`);
  }
  const read = ANSWERS[action].safeParse(answer);
  if (read.success) return read.data as z.output<(typeof ANSWERS)[A]>;
  const issue = read.error.issues[0];
  const at = issue?.path.join('.') || 'the answer';
  throw new ClientError(
    'bad-answer',
    subject,
    `${target} answered ${action} in a shape that this client doesn't know (${at}: ${issue?.message}); ` +
      'the answer was left out; give the client the version of tickover that is deployed',
  );
}
