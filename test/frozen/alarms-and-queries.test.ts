/** What CloudWatch is asked by: names of alarms and of their metrics, and the saved questions to the logs. */
import { expect, test } from 'vitest';
import { alarmsOf } from '../../infra/alarms/index.ts';
import { lastFailures, QUESTIONS, queryText, SKIPS, whatHappened } from '../../infra/constructs/log-queries.ts';
import { defineService } from '../../lib/service/index.ts';

test.each([
  [
    '1m',
    [
      ['failing', 'Tickover', 'FailureStreak', { service: 'sync' }],
      ['halted', 'Tickover', 'Halted', { service: 'sync' }],
      ['silent', 'Tickover', 'Halted', { service: 'sync' }],
      ['overdue', 'Tickover', 'Overdue', { service: 'sync' }],
      ['errors', 'AWS/Lambda', 'Errors', { FunctionName: 'f' }],
      ['throttles', 'AWS/Lambda', 'Throttles', { FunctionName: 'f' }],
      ['pager'],
    ],
  ],
  [
    '2h',
    [
      ['failing', 'Tickover', 'FailureStreak', { service: 'sync' }],
      ['halted', 'Tickover', 'Halted', { service: 'sync' }],
      ['overdue', 'Tickover', 'Overdue', { service: 'sync' }],
      ['errors', 'AWS/Lambda', 'Errors', { FunctionName: 'f' }],
      ['throttles', 'AWS/Lambda', 'Throttles', { FunctionName: 'f' }],
      ['pager'],
    ],
  ],
])('the alarms of a service every %s look at these metrics', (interval, expected) => {
  const service = defineService({ name: 'sync', interval: interval as '1m' });
  const alarms = alarmsOf(service, { namespace: 'Tickover', functionName: 'f', level: 'full' });
  const found = alarms.map((alarm) =>
    alarm.kind === 'metric' ? [alarm.id, alarm.namespace, alarm.metricName, alarm.dimensions] : [alarm.id],
  );
  expect(found).toEqual(expected);
});

test('the questions to the logs name these fields', () => {
  expect([lastFailures(10), SKIPS, whatHappened('sync')].map(queryText)).toEqual([
    'fields @timestamp, outcome, streak, errorClass, errorMessage\n| filter message = "tick" and ispresent(errorClass)\n| display @timestamp, outcome, streak, errorClass, errorMessage\n| sort @timestamp desc\n| limit 10',
    'filter message = "tick" and disposition = "skipped"\n| stats count(*) as skipped by reason\n| sort skipped desc',
    'fields @timestamp, message, tick, manual, fence, disposition, reason, outcome, verdict, status, streak, durationMs, latenessMs, nextDue, errorClass, errorMessage, haltCause\n| filter message in ["tick", "run crashed"]\n| filter service = "sync"\n| sort @timestamp desc\n| limit 200',
  ]);
  expect(Object.entries(QUESTIONS).map(([question, query]) => [question, queryText(query)])).toEqual([
    [
      'Failed runs, with stacks',
      'fields @timestamp, service, fence, outcome, streak, errorClass, errorMessage, errorText\n| filter message = "tick" and ispresent(errorClass)\n| sort @timestamp desc\n| limit 100',
    ],
    [
      'Halts and crashes',
      'fields @timestamp, service, message, fence, verdict, haltCause, streak\n| filter message = "run crashed" or verdict = "halted"\n| sort @timestamp desc\n| limit 100',
    ],
    [
      'Skipped ticks by reason',
      'filter message = "tick" and disposition = "skipped"\n| stats count(*) as skipped by service, reason\n| sort skipped desc',
    ],
    [
      'Durations and lateness',
      'filter message = "tick" and disposition = "ran"\n| stats count(*) as runs, avg(durationMs) as average, pct(durationMs, 95) as p95, max(durationMs) as longest, max(latenessMs) as latest by service\n| sort longest desc',
    ],
  ]);
});
