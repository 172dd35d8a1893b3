/**
 * The lines that `npm start` shows: one a tick, at most 100 columns, and below it, indented, the work that a run has
 * left, a failed run's error and a trip's report. A change that the watchdog reports has a time of its own.
 */
import { fitted, padded, printable, wrapped } from '../../text/index.ts';
import { briefly, DAY, timeOfDay, toIso } from '../../time/index.ts';
import type { ChangeLine, LogLine, TickLine } from './log-line.ts';

/** The widest line. */
export const COLUMNS = 100;
const INDENT = '    ';
/** The width of a time and the space behind it. */
const TIME_WIDTH = 'hh:mm:ss  '.length;
/** One text fills no more than a tall screen; the log file has all of it. */
const MOST_LINES = 60;

/** The lines that show a line of a function's log; none for a line that only the log file keeps. */
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

/** What the watchdog says of a service: when, what happened, its cause, and the command to run. */
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
 * The time of day, the day and the minute where the time alone would be ambiguous, or the date where the year differs.
 */
function nextText(due: number, from: number): string {
  if (due - from < DAY) return timeOfDay(due);
  const [date = '', time = ''] = toIso(due).split('T');
  const year = toIso(from).slice(0, -'11-22T03:14:17.500Z'.length);
  return date.startsWith(year) ? `${date.slice(year.length)} ${time.slice(0, 'hh:mm'.length)}` : date;
}

/** How much a run has left for the next one: it has succeeded all the same. */
function backlogOf({ result }: TickLine): string[] {
  if (result === undefined) return [];
  return indented(`${result.more ? 'more than ' : ''}${result.unfinished} left unfinished; the next run goes on`);
}

/** The error of a failed run: a loop service never reports it, and a critical one only with a trip. */
function failureOf({ errorClass, errorMessage }: TickLine): string[] {
  return errorClass === undefined ? [] : indented(`${errorClass}: ${errorMessage ?? ''}`);
}

/**
 * A failed invocation: in one line where the message fits, else with the whole message below, since its end says what
 * to do.
 */
export function failureShown(now: number, service: string, message: string): string[] {
  const head = `${timeOfDay(now)}  ${padded(printable(service), 30)}  `;
  const line = fitted(head + printable(message), COLUMNS);
  const isWhole = !message.includes('\n') && !line.endsWith('…');
  return isWhole ? [line] : [`${head}failed`, ...indented(message)];
}

/** Every line of the text, indented as it was and a little more. */
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
