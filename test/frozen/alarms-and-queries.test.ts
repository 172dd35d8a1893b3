/** What CloudWatch is asked by: names of alarms and of their metrics, and the saved questions to the logs. */
import { expect, test } from 'vitest';
import { type AlarmDefinition, alarmsOf, deliveryAlarms } from '../../infra/alarms/index.ts';
import { lastFailures, QUESTIONS, queryText, SKIPS, whatHappened } from '../../infra/constructs/log-queries.ts';
import { defineService, type Service } from '../../lib/service/index.ts';

test.each(['1m', '2h'] as const)('the alarms of a service every %s are on these metrics', (interval) => {
  const service = defineService({ name: 'sync', interval, workload: async () => {} });

  expect(alarmMetrics(service)).toEqual([
    ['unhealthy', 'Mine', 'Unhealthy', { service: 'sync' }],
    ['throttles', 'AWS/Lambda', 'Throttles', { FunctionName: 'f' }],
    ['near-timeout', 'AWS/Lambda', 'Duration', { FunctionName: 'f' }],
  ]);
});

test('the alarm of the watchdog is on its looks', () => {
  const service = defineService({ name: 'watch-services', interval: '1m', workload: async () => {} });

  expect(alarmMetrics(service)[0]).toEqual(['watchdog', 'Mine', 'Watched', { service: 'watch-services' }]);
});

test('the alarms of a stack are on these metrics', () => {
  expect(deliveryAlarms({ groupName: 'g', queueName: 'q' }).map(metricOf)).toEqual([
    ['delivery-errors', 'AWS/Scheduler', 'TargetErrorCount', { ScheduleGroup: 'g' }],
    ['delivery-throttles', 'AWS/Scheduler', 'TargetErrorThrottledCount', { ScheduleGroup: 'g' }],
    ['dropped', 'AWS/Scheduler', 'InvocationDroppedCount', { ScheduleGroup: 'g' }],
    ['lost', 'AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount', { ScheduleGroup: 'g' }],
    ['undeliverable', 'AWS/SQS', 'NumberOfMessagesSent', { QueueName: 'q' }],
  ]);
});

function alarmMetrics(service: Service): unknown[] {
  return alarmsOf(service, { namespace: 'Mine', functionName: 'f', level: 'full' }).map(metricOf);
}

function metricOf({ id, namespace, metricName, dimensions }: AlarmDefinition): unknown[] {
  return [id, namespace, metricName, dimensions];
}

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
