/**
 * Queries of the services' logs, in the language of CloudWatch Logs Insights. Each log line is JSON, and queries use
 * its fields by their names. Pure.
 */
import { CRASH_MESSAGE, TICK_MESSAGE } from '../../lib/lambda/index.ts';

/** The commands of one query, which {@link queryText} joins by `|`. */
export type LogQuery = readonly string[];

const TICKS = `filter message = "${TICK_MESSAGE}"`;
const TROUBLE = 'errorClass, errorMessage';
const NEWEST_FIRST = 'sort @timestamp desc';

/** Returns the query for the last `limit` failed runs, newest first. */
export function lastFailures(limit: number): LogQuery {
  return [
    `fields @timestamp, outcome, streak, ${TROUBLE}`,
    `${TICKS} and ispresent(errorClass)`,
    'display @timestamp, outcome, streak, errorClass, errorMessage',
    NEWEST_FIRST,
    `limit ${limit}`,
  ];
}

/** The query that counts skipped ticks by the reason of the skip. */
export const SKIPS: LogQuery = [
  `${TICKS} and disposition = "skipped"`,
  'stats count(*) as skipped by reason',
  'sort skipped desc',
];

/**
 * Returns the query for all ticks and crashed runs of one service. For another service the user replaces the name in
 * the query.
 */
export function whatHappened(service: string): LogQuery {
  return [
    `fields @timestamp, message, tick, manual, fence, disposition, reason, outcome, verdict, status, streak, durationMs, latenessMs, nextDue, ${TROUBLE}, haltCause`,
    `filter message in ["${TICK_MESSAGE}", "${CRASH_MESSAGE}"]`,
    `filter service = "${service}"`,
    NEWEST_FIRST,
    'limit 200',
  ];
}

/** The queries over the logs of all services, by the question that each answers. */
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

/** Returns the query limited to the lines of one service, in a log that several services share. */
export function ofService(service: string, query: LogQuery): LogQuery {
  return [`filter service = "${service}"`, ...query];
}

export function queryText(query: LogQuery): string {
  return query.join('\n| ');
}
