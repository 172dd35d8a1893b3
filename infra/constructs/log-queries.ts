/**
 * Queries of the services' logs, in the language of CloudWatch Logs Insights. Pure. Lambda passes on a line unchanged
 * if it is JSON already, so the fields of the wide line are at the top level.
 */
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lib/lambda/index.ts';

/** A query: its commands, which are joined by `|`. */
export type LogQuery = readonly string[];

const TICKS = `filter message = "${TICK_MESSAGE}"`;
const TROUBLE = 'errorClass, errorMessage';
const NEWEST_FIRST = 'sort @timestamp desc';

/** The last failed runs, newest first. */
export function lastFailures(limit: number): LogQuery {
  return [
    `fields @timestamp, outcome, streak, ${TROUBLE}`,
    `${TICKS} and ispresent(errorClass)`,
    'display @timestamp, outcome, streak, errorClass, errorMessage',
    NEWEST_FIRST,
    `limit ${limit}`,
  ];
}

/** How many ticks were skipped, and why. */
export const SKIPS: LogQuery = [
  `${TICKS} and disposition = "skipped"`,
  'stats count(*) as skipped by reason',
  'sort skipped desc',
];

/** Everything that happened to the ticks of one service, including crashes. The user replaces the name in the query. */
export function whatHappened(service: string): LogQuery {
  return [
    `fields @timestamp, message, tick, manual, fence, disposition, reason, outcome, verdict, status, streak, durationMs, latenessMs, nextDue, ${TROUBLE}, haltCause`,
    `filter message in ["${TICK_MESSAGE}", "${CRASH_MESSAGE}"]`,
    `filter service = "${service}"`,
    NEWEST_FIRST,
    'limit 200',
  ];
}

/** The queries of all services, by question. */
export const QUESTIONS: Readonly<Record<string, LogQuery>> = {
  'Failed runs, with stacks': [
    `fields @timestamp, service, fence, outcome, streak, ${TROUBLE}, errorText`,
    `${TICKS} and ispresent(errorClass)`,
    NEWEST_FIRST,
    'limit 100',
  ],
  'Halts and crashes': [
    'fields @timestamp, service, message, fence, verdict, haltCause, streak',
    `filter message = "${CRASH_MESSAGE}" or verdict = "halted"`,
    NEWEST_FIRST,
    'limit 100',
  ],
  'Skipped ticks by reason': [
    `${TICKS} and disposition = "skipped"`,
    'stats count(*) as skipped by service, reason',
    'sort skipped desc',
  ],
  'Durations and lateness': [
    `${TICKS} and disposition = "ran"`,
    'stats count(*) as runs, avg(durationMs) as average, pct(durationMs, 95) as p95, max(durationMs) as longest, max(latenessMs) as latest by service',
    'sort longest desc',
  ],
};

/** The text of a query. */
export function queryText(query: LogQuery): string {
  return query.join('\n| ');
}
