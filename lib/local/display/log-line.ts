/** Reads the functions' log: one machine shows and counts the same lines that CloudWatch would keep. */
import * as z from 'zod';
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lambda/index.ts';
import type { PrometheusObserver } from '../../metrics/index.ts';
import { tryRead, withoutUndefined } from '../../text/index.ts';
import { parseInstant } from '../../time/index.ts';

const instant = z.string().transform(parseInstant).pipe(z.number());
/** The log leaves empty fields out. */
const instantOrNone = instant.nullish().transform((written) => written ?? null);

/** What the result of a run says of work that is left for the next one. Any other result is left aside. */
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

/** The content of one line of a function's output. */
export type LogLine =
  | { readonly kind: 'tick'; readonly tick: TickLine }
  | { readonly kind: 'crash'; readonly crash: z.output<typeof crashLine> }
  | { readonly kind: 'report'; readonly text: string }
  /** A change that the watchdog found. */
  | { readonly kind: 'change'; readonly change: ChangeLine }
  | { readonly kind: 'other' }
  /** No line of the log: the workload printed it. */
  | { readonly kind: 'print'; readonly text: string };

/** A change as the watchdog logs it. */
export type ChangeLine = z.output<typeof changeLine>;

/** A tick as it is logged. */
export type TickLine = z.output<typeof tickLine>;

/** Reads a line that a function wrote. Never throws. */
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

/** Passes a line's figures to the observer, for the metrics of the process that runs the functions. */
export function countLine(observer: PrometheusObserver, line: LogLine): void {
  if (line.kind === 'crash') observer.runCrashed(line.crash);
  if (line.kind !== 'tick') return;
  const { streak, backoffCount, lastSuccess } = line.tick;
  const state = withoutUndefined({ streak, backoffCount, lastSuccess: lastSuccess ?? undefined });
  observer.tickEnded({ ...withoutUndefined(line.tick), state });
}
