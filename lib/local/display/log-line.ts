import * as z from 'zod';
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lambda/index.ts';
import type { PrometheusObserver } from '../../prometheus/index.ts';
import { tryRead, withoutUndefined } from '../../text/index.ts';
import { parseInstant } from '../../time/index.ts';

const instant = z.string().transform(parseInstant).pipe(z.number());
/** Converts ISO 8601 to epoch milliseconds; `null` if the field is missing. */
const instantOrNone = instant.nullish().transform((written) => written ?? null);

/**
 * Two fields that a workload may return: how many items it left for the next run, and whether there are more than it
 * counted. Other results are ignored.
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

/** What `readLogLine` has found in one line that a function printed. */
export type LogLine =
  | { readonly kind: 'tick'; readonly tick: TickLine }
  | { readonly kind: 'crash'; readonly crash: z.output<typeof crashLine> }
  | { readonly kind: 'report'; readonly text: string }
  /** A message of the service `watch-services`: trouble with a service has begun or ended. */
  | { readonly kind: 'change'; readonly change: ChangeLine }
  | { readonly kind: 'other' }
  /** A line that the workload printed directly (as with `console.log`), not through its `log`. */
  | { readonly kind: 'print'; readonly text: string };

/** The fields of a message of the service `watch-services` about one service. */
export type ChangeLine = z.output<typeof changeLine>;

export type TickLine = z.output<typeof tickLine>;

/**
 * Reads a line that a function printed. Its kind is `print` if it is not JSON of the log, and `other` for a log line
 * that `npm start` doesn't show. Never throws.
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
 * Passes the log line of a tick or a crashed run to the observer, since the runs go on in worker threads and the
 * metrics are served by this thread.
 */
export function countLine(observer: PrometheusObserver, line: LogLine): void {
  if (line.kind === 'crash') observer.runCrashed(line.crash);
  if (line.kind !== 'tick') return;
  const { streak, backoffCount, lastSuccess } = line.tick;
  const state = withoutUndefined({ streak, backoffCount, lastSuccess: lastSuccess ?? undefined });
  observer.tickEnded({ ...withoutUndefined(line.tick), state });
}
