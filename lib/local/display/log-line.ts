/** The functions' log, read back: what one machine shows and counts comes from the same lines that CloudWatch would keep. */
import * as z from 'zod';
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lambda/index.ts';
import { parseInstant } from '../../time/index.ts';

const instant = z.string().transform(parseInstant).pipe(z.number());
/** The log leaves out what is empty. */
const instantOrNone = instant.nullish().transform((written) => written ?? null);

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
const anyLine = z.object({ message: z.string(), level: z.string() });

/** What one line of a function's log says. */
export type LogLine =
  | { readonly kind: 'tick'; readonly tick: z.output<typeof tickLine> }
  | { readonly kind: 'crash'; readonly crash: z.output<typeof crashLine> }
  | { readonly kind: 'report'; readonly text: string }
  | { readonly kind: 'other' }
  /** Not a line of the log: something the workload printed. */
  | { readonly kind: 'print'; readonly text: string };

/** A tick as its line tells it. */
export type TickLine = z.output<typeof tickLine>;

/** Reads a line that a function wrote. Never throws. */
export function readLogLine(line: string): LogLine {
  const json = parsed(line);
  const tick = tickLine.safeParse(json);
  if (tick.success) return { kind: 'tick', tick: tick.data };
  const crash = crashLine.safeParse(json);
  if (crash.success) return { kind: 'crash', crash: crash.data };
  const report = reportLine.safeParse(json);
  if (report.success) return { kind: 'report', text: report.data.message };
  return anyLine.safeParse(json).success ? { kind: 'other' } : { kind: 'print', text: line };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
