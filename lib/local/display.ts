/** What `npm start` shows: one line a tick, at most 100 columns, and a trip's report indented below it. */
import { briefly, timeOfDay } from '../time/index.ts';
import type { LogLine, TickLine } from './log-line.ts';

/** The widest line. */
export const COLUMNS = 100;
const INDENT = '    ';

/** The lines that a line of a function's log is shown as; none for what only the log file keeps. */
export function shownAs(line: LogLine): string[] {
  switch (line.kind) {
    case 'tick':
      return [tickText(line.tick)];
    case 'crash':
      return [
        `${INDENT}run ${line.crash.fence} of ${line.crash.service} died; it is booked as crashed`.slice(0, COLUMNS),
      ];
    case 'report':
      return indented(line.text);
    case 'print':
      return indented(line.text);
    case 'other':
      return [];
  }
}

/** A tick in one line: time, service, what became of it, duration, streak, next due. Times are UTC. */
export function tickText(tick: TickLine): string {
  const { service, disposition, reason, outcome, durationMs, nextDue } = tick;
  const what = disposition === 'skipped' ? `skipped: ${reason ?? 'unknown'}` : (outcome ?? 'given back');
  return [
    timeOfDay(tick.startedAt),
    padded(service, 30),
    padded(what, 18),
    (durationMs === undefined ? '' : briefly(durationMs)).padStart(6),
    padded(`streak ${tick.streak}`, 12),
    nextDue === null ? 'next: by hand' : `next ${timeOfDay(nextDue)}`,
  ]
    .join('  ')
    .slice(0, COLUMNS);
}

/** An invocation that failed in one line. */
export function failureText(now: number, service: string, message: string): string {
  return `${timeOfDay(now)}  ${padded(service, 30)}  ${message.split('\n')[0] ?? ''}`.slice(0, COLUMNS);
}

function padded(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `${INDENT}${line}`.trimEnd());
}
