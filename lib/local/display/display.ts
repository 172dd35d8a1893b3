/**
 * Makes the lines that `npm start` shows: one for each tick, with the error or the report of its run indented below.
 */
import { fitted, padded, printable, wrapped } from '../../text/index.ts';
import { briefly, DAY, timeOfDay, toIso } from '../../time/index.ts';
import type { ChangeLine, LogLine, TickLine } from './log-line.ts';

/** The width of the lines that `npm start` shows, in characters. */
export const COLUMNS = 100;
const INDENT = '    ';
const TIME_WIDTH = 'hh:mm:ss  '.length;
/**
 * The most lines that `npm start` shows of one text, about as many as fit on a tall screen. The log file contains the
 * whole text.
 */
const MOST_LINES = 60;

/**
 * The lines that `npm start` shows for a log line of a service; empty for a log line that is only kept in the log file.
 */
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

function changeText({ timestamp, message, cause, command }: ChangeLine): string[] {
  const [head = '', ...rest] = wrapped(printable(message), COLUMNS - TIME_WIDTH);
  return [
    `${timeOfDay(timestamp)}  ${head}`,
    ...rest.map((line) => `${' '.repeat(TIME_WIDTH)}${line}`),
    ...(typeof cause === 'string' ? indented(`Cause: ${cause}`) : []),
    ...indented(`Command: ${command}`),
  ];
}

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

/** The due time as text: as a time of day if it is less than 24 hours after `from`, else with its date. */
function nextText(due: number, from: number): string {
  if (due - from < DAY) return timeOfDay(due);
  const [date = '', time = ''] = toIso(due).split('T');
  const year = toIso(from).slice(0, -'11-22T03:14:17.500Z'.length);
  return date.startsWith(year) ? `${date.slice(year.length)} ${time.slice(0, 'hh:mm'.length)}` : date;
}

function backlogOf({ result }: TickLine): string[] {
  if (result === undefined) return [];
  return indented(`${result.more ? 'more than ' : ''}${result.unfinished} left unfinished; the next run goes on`);
}

/**
 * The error of a failed run; empty after a success. It is shown at each failure, since the report comes only at a trip
 * or never.
 */
function failureOf({ errorClass, errorMessage }: TickLine): string[] {
  return errorClass === undefined ? [] : indented(`${errorClass}: ${errorMessage ?? ''}`);
}

/**
 * The lines about an invocation that failed: one if the message fits, otherwise a short line and the whole message
 * below.
 */
export function failureShown(now: number, service: string, message: string): string[] {
  const head = `${timeOfDay(now)}  ${padded(printable(service), 30)}  `;
  const line = fitted(head + printable(message), COLUMNS);
  const isWhole = !message.includes('\n') && !line.endsWith('…');
  return isWhole ? [line] : [`${head}failed`, ...indented(message)];
}

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
