/**
 * Reads the lines of the functions' log, to show and count them. They are the lines that CloudWatch would contain on
 * AWS.
 */
import * as z from 'zod';
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lambda/index.ts';
import type { PrometheusObserver } from '../../metrics/index.ts';
import { tryRead, withoutUndefined } from '../../text/index.ts';
import { parseInstant } from '../../time/index.ts';

const instant = z.string().transform(parseInstant).pipe(z.number());
/** An instant in epoch milliseconds, or `null` if the field is missing. The log leaves out fields without a value. */
const instantOrNone = instant.nullish().transform((written) => written ?? null);

/**
 * The fields in the result of a run that say how much work the run has left for the next one. A result without them is
 * ignored.
 */
const backlog = z
  .object({ unfinished: z.int().nonnegative(), more: z.literal(true).optional() })
  .refine(({ unfinished, more }) => unfinished > 0 || more === true);

const tickLine = z.object({
  message: z.literal(TICK_MESSAGE),
  service: z.string(),
  tick: instantOrNone,
  startedAt: instant,
  disposition: z.enum(['ran', 'skipped']),
  reason: z.enum(['duplicate', 'late', 'overlap', 'halted', 'paused', 'backoff']).optional(),
  outcome: z.enum(['succeeded', 'failed', 'fatal', 'timed-out', 'crashed']).optional(),
  durationMs: z.number().optional(),
  latenessMs: z.number().optional(),
  streak: z.number(),
  backoffCount: z.number(),
  lastSuccess: instantOrNone,
  nextDue: instantOrNone,
  errorClass: z.string().optional(),
  errorMessage: z.string().optional(),
  result: backlog.optional().catch(undefined),
});
const crashLine = z.object({
  message: z.literal(CRASH_MESSAGE),
  service: z.string(),
  fence: z.number(),
  bookedAt: instant,
  streak: z.number(),
  halted: z.boolean(),
});
const reportLine = z.object({ message: z.string(), service: z.string(), report: z.literal(true) });
const changeLine = z.object({
  message: z.string(),
  timestamp: instant,
  watched: z.string(),
  id: z.string(),
  cause: z.string().nullish(),
  command: z.string(),
});
const anyLine = z.object({ message: z.string(), level: z.string() });

/** The content of one line that the function of a service has written to its output. */
export type LogLine =
  | { readonly kind: 'tick'; readonly tick: TickLine }
  | { readonly kind: 'crash'; readonly crash: z.output<typeof crashLine> }
  | { readonly kind: 'report'; readonly text: string }
  /** A change that the watchdog reports: a trouble that begins, or its end. */
  | { readonly kind: 'change'; readonly change: ChangeLine }
  | { readonly kind: 'other' }
  /** A line that the workload printed directly (as with `console.log`), not through its `log`. */
  | { readonly kind: 'print'; readonly text: string };

/** The fields of the log line of a change that the watchdog reports. */
export type ChangeLine = z.output<typeof changeLine>;

/** The fields of the log line of a tick. */
export type TickLine = z.output<typeof tickLine>;

/**
 * Converts a line that a function wrote to its content. Never throws. A log line that is no tick, crash, report or
 * change is `other`. A line that is not a JSON line of the log is a `print`.
 */
export function readLogLine(line: string): LogLine {
  const json = tryRead((): unknown => JSON.parse(line));
  const tick = tickLine.safeParse(json);
  if (tick.success) return { kind: 'tick', tick: tick.data };
  const crash = crashLine.safeParse(json);
  if (crash.success) return { kind: 'crash', crash: crash.data };
  const report = reportLine.safeParse(json);
  if (report.success) return { kind: 'report', text: report.data.message };
  const change = changeLine.safeParse(json);
  if (change.success) return { kind: 'change', change: change.data };
  return anyLine.safeParse(json).success ? { kind: 'other' } : { kind: 'print', text: line };
}

/**
 * Passes the numbers in the log line of a tick or a crashed run to the observer. So the metrics of this process count
 * what happens in the worker threads. Ignores all other lines.
 */
export function countLine(observer: PrometheusObserver, line: LogLine): void {
  if (line.kind === 'crash') observer.runCrashed(line.crash);
  if (line.kind !== 'tick') return;
  const { streak, backoffCount, lastSuccess } = line.tick;
  const state = withoutUndefined({ streak, backoffCount, lastSuccess: lastSuccess ?? undefined });
  observer.tickEnded({ ...withoutUndefined(line.tick), state });
}
