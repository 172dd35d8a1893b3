/**
 * Makes the lines that `npm start` shows: for each tick one line of at most 100 columns, and below it, indented, the
 * work that a run has left for the next, the error of a failed run, and the report of a trip. A change that the
 * watchdog reports has a line of its own, with the time.
 */
import { fitted, padded, printable, wrapped } from '../../text/index.ts';
import { briefly, DAY, timeOfDay, toIso } from '../../time/index.ts';
import type { ChangeLine, LogLine, TickLine } from './log-line.ts';

/** The largest width of a line that `npm start` shows, in columns. */
export const COLUMNS = 100;
const INDENT = '    ';
/** The width of a time of day and the two spaces behind it, in columns. */
const TIME_WIDTH = 'hh:mm:ss  '.length;
/**
 * The most lines on the screen that one text of a log line may fill, as many as a tall screen has. The log file has the
 * whole text.
 */
const MOST_LINES = 60;

/** The lines by which `npm start` shows a line of a function's log; empty for a line that only the log file keeps. */
export function shownAs(line: LogLine): string[] {
  switch (line.kind) {
    case 'tick':
      return [tickText(line.tick), ...backlogOf(line.tick), ...failureOf(line.tick)];
    case 'crash':
      return indented(`run ${line.crash.fence} of ${line.crash.service} died; it is counted as crashed`);
    case 'change':
      return changeText(line.change);
    case 'report':
    case 'print':
      return indented(line.text);
    case 'other':
      return [];
  }
}

/**
 * The lines about a change that the watchdog reports: the time, the change, its cause, and the command that a person
 * can run.
 */
function changeText({ timestamp, message, cause, command }: ChangeLine): string[] {
  const [head = '', ...rest] = wrapped(printable(message), COLUMNS - TIME_WIDTH);
  return [
    `${timeOfDay(timestamp)}  ${head}`,
    ...rest.map((line) => `${' '.repeat(TIME_WIDTH)}${line}`),
    ...(typeof cause === 'string' ? indented(`Cause: ${cause}`) : []),
    ...indented(`Command: ${command}`),
  ];
}

/** A tick in one line: time, service, disposition or outcome, duration, streak, next due time. Times are UTC. */
function tickText(tick: TickLine): string {
  const { service, disposition, reason, outcome, durationMs, nextDue } = tick;
  const result = disposition === 'skipped' ? `skipped: ${reason ?? 'unknown'}` : (outcome ?? 'yielded');
  const line = [
    timeOfDay(tick.startedAt),
    padded(printable(service), 30),
    padded(result, 18),
    fitted(durationMs === undefined ? '' : briefly(durationMs), 6).padStart(6),
    padded(`streak ${tick.streak}`, 12),
    nextDue === null ? 'next: by hand' : `next ${nextText(nextDue, tick.startedAt)}`,
  ].join('  ');
  return fitted(line, COLUMNS);
}

/**
 * The due time as text: the time of day if it is less than a day after `from`, otherwise the day and the minute, or
 * only the date if its year differs from that of `from`.
 */
function nextText(due: number, from: number): string {
  if (due - from < DAY) return timeOfDay(due);
  const [date = '', time = ''] = toIso(due).split('T');
  const year = toIso(from).slice(0, -'11-22T03:14:17.500Z'.length);
  return date.startsWith(year) ? `${date.slice(year.length)} ${time.slice(0, 'hh:mm'.length)}` : date;
}

/** The line about the work that a successful run has left for the next run; empty if it left none. */
function backlogOf({ result }: TickLine): string[] {
  if (result === undefined) return [];
  return indented(`${result.more ? 'more than ' : ''}${result.unfinished} left unfinished; the next run goes on`);
}

/**
 * The lines with the error of a failed run; empty if the run didn't fail. They are shown at each failure, since the
 * report of a `loop` service never contains the error, and that of a `critical` service contains it only at a trip.
 */
function failureOf({ errorClass, errorMessage }: TickLine): string[] {
  return errorClass === undefined ? [] : indented(`${errorClass}: ${errorMessage ?? ''}`);
}

/**
 * The lines about a failed invocation: one line if the message fits into it. Otherwise the whole message follows below,
 * since its end says what a person can do.
 */
export function failureShown(now: number, service: string, message: string): string[] {
  const head = `${timeOfDay(now)}  ${padded(printable(service), 30)}  `;
  const line = fitted(head + printable(message), COLUMNS);
  const isWhole = !message.includes('\n') && !line.endsWith('…');
  return isWhole ? [line] : [`${head}failed`, ...indented(message)];
}

/**
 * The lines of a text, each indented by four columns more than in the text. Lines after the first MOST_LINES are left
 * out.
 */
function indented(text: string): string[] {
  const lines = text
    .slice(0, MOST_LINES * COLUMNS)
    .split('\n')
    .flatMap((line) => indentedLine(printable(line).trimEnd()));
  const isAll = text.length <= MOST_LINES * COLUMNS && lines.length <= MOST_LINES;
  return isAll ? lines : [...lines.slice(0, MOST_LINES), `${INDENT}… the log has the rest`];
}

function indentedLine(line: string): string[] {
  const indent = INDENT + (/^ {0,20}/.exec(line)?.[0] ?? '');
  return wrapped(line.trimStart(), COLUMNS - indent.length).map((part) => `${indent}${part}`.trimEnd());
}
