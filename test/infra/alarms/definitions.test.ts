import { describe, expect, test } from 'vitest';
import { type AlarmDefinition, alarmFaults, alarmsOf, deliveryAlarms } from '../../../infra/alarms/index.ts';
import { defineService, type ServiceOptions } from '../../../lib/service/index.ts';

const OPTIONS = { namespace: 'Tickover-prod', functionName: 'poll-function', level: 'essential' } as const;
const FULL = { ...OPTIONS, level: 'full' } as const;

function poll(options: Partial<ServiceOptions<undefined>> = {}) {
  return defineService({ name: 'poll', interval: '1m', workload: async () => {}, ...options });
}

const watchdog = poll({ name: 'watch-services', kind: 'loop' });

function called(definitions: readonly AlarmDefinition[], id: string) {
  const found = definitions.find((definition) => definition.id === id);
  if (found === undefined) throw new Error(`expected an alarm ${id}`);
  return found;
}

describe('which alarms a service gets', () => {
  test.each([
    ['essential', '1m', 'unhealthy'],
    ['essential', '1d', 'unhealthy'],
    ['full', '1m', 'unhealthy throttles near-timeout'],
    ['full', '1d', 'unhealthy throttles near-timeout'],
    ['none', '1m', ''],
  ] as const)('%s, every %s: %s', (level, interval, ids) => {
    expect(
      alarmsOf(poll({ interval }), { ...OPTIONS, level })
        .map(({ id }) => id)
        .join(' '),
    ).toBe(ids);
  });

  test('the watchdog does not judge itself: an alarm on its looks stands in the place of that on its health', () => {
    expect(alarmsOf(watchdog, OPTIONS).map(({ id }) => id)).toEqual(['watchdog']);
    expect(alarmsOf(watchdog, FULL).map(({ id }) => id)).toEqual(['watchdog', 'throttles', 'near-timeout']);
  });
});

describe('what they are', () => {
  test('unhealthy: a single sample of the last ten minutes, and none means healthy', () => {
    expect(called(alarmsOf(poll(), OPTIONS), 'unhealthy')).toMatchObject({
      namespace: 'Tickover-prod',
      metricName: 'Unhealthy',
      dimensions: { service: 'poll' },
      statistic: 'Maximum',
      period: 60,
      evaluationPeriods: 10,
      datapointsToAlarm: 1,
      threshold: 1,
      comparison: 'at least',
      missing: 'notBreaching',
    });
  });

  test('watchdog: fifteen minutes without a check, counted half an hour after it is made at the latest', () => {
    expect(called(alarmsOf(watchdog, OPTIONS), 'watchdog')).toMatchObject({
      metricName: 'Watched',
      dimensions: { service: 'watch-services' },
      statistic: 'SampleCount',
      period: 60,
      evaluationPeriods: 15,
      datapointsToAlarm: 15,
      threshold: 1,
      comparison: 'below',
      missing: 'breaching',
      warmUp: 30,
    });
  });

  test('near-timeout: nine tenths of what the function may last, waiting for its slots included', () => {
    const threshold = (options: Partial<ServiceOptions<undefined>>) =>
      called(alarmsOf(poll(options), FULL), 'near-timeout').threshold;

    expect([threshold({ timeout: '10s' }), threshold({ timeout: '5m' })]).toEqual([9_000, 270_000]);
    expect(threshold({ interval: '20s', timeout: '10s' })).toBeGreaterThan(60_000);
  });

  test.each([
    ['a cron by its longest gap', { cron: '0/10 * * * ? *', interval: '1d' }, { period: 600, evaluationPeriods: 3 }],
    ['a daily cron', { cron: '0 9 * * ? *', interval: '5m' }, { period: 3_600, evaluationPeriods: 1 }],
    ['an interval', { interval: '1m' }, { period: 300, evaluationPeriods: 3 }],
  ] as const)('throttles count in windows of what is between ticks: %s', (_what, options, windows) => {
    expect(called(alarmsOf(poll(options), FULL), 'throttles')).toMatchObject(windows);
  });

  test('those on deliveries count what happens to firings, not what is left in a queue', () => {
    const found = deliveryAlarms({ groupName: 'Group', queueName: 'Queue' });

    expect(
      found.map(({ id, namespace, metricName, dimensions, evaluationPeriods }) => [
        ...[id, namespace, metricName, dimensions, evaluationPeriods],
      ]),
    ).toEqual([
      ['delivery-errors', 'AWS/Scheduler', 'TargetErrorCount', { ScheduleGroup: 'Group' }, 3],
      ['delivery-throttles', 'AWS/Scheduler', 'TargetErrorThrottledCount', { ScheduleGroup: 'Group' }, 3],
      ['dropped', 'AWS/Scheduler', 'InvocationDroppedCount', { ScheduleGroup: 'Group' }, 1],
      ['lost', 'AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount', { ScheduleGroup: 'Group' }, 1],
      ['undeliverable', 'AWS/SQS', 'NumberOfMessagesSent', { QueueName: 'Queue' }, 1],
    ]);
    for (const each of found) expect(each).toMatchObject({ statistic: 'Sum', threshold: 1, missing: 'notBreaching' });
  });

  test.each(['5s', '60s', '90s', '7m', '59m', '1h', '26h', '36d'] as const)(
    'every %s: CloudWatch takes them all',
    (interval) => {
      const definitions = alarmsOf(poll({ interval }), FULL);

      expect(definitions.flatMap(alarmFaults)).toEqual([]);
      expect(definitions).toHaveLength(3);
    },
  );

  test.each([
    [{ period: 90 }, 'period: expected a multiple of 60 s, got 90'],
    [{ period: 0 }, 'period: expected a multiple of 60 s, got 0'],
    [
      { period: 3_000, evaluationPeriods: 29, datapointsToAlarm: 29 },
      'evaluationPeriods: expected at most 86400 s in all (3000 s each), got 29',
    ],
    [
      { period: 3_600, evaluationPeriods: 169, datapointsToAlarm: 169 },
      'evaluationPeriods: expected at most 604800 s in all (3600 s each), got 169',
    ],
    [{ datapointsToAlarm: 16 }, 'datapointsToAlarm: expected 1 to 15, got 16'],
    [{ warmUp: 2_881 }, 'warmUp: expected 1 to 2880 minutes, got 2881'],
    [{ description: 'x'.repeat(1_025) }, 'description: expected at most 1024 characters, got 1025'],
  ])('%o is refused', (change, fault) => {
    expect(alarmFaults({ ...called(alarmsOf(watchdog, OPTIONS), 'watchdog'), ...change })).toEqual([fault]);
  });
});

describe('descriptions', () => {
  // The longest names that the parts may have.
  const [name, functionName] = ['s'.repeat(64), 'f'.repeat(64)];
  const all = [
    ...alarmsOf(poll({ name, interval: '90s', timeout: '61s' }), { ...FULL, functionName }),
    ...alarmsOf(watchdog, { ...OPTIONS, functionName }),
    ...deliveryAlarms({ groupName: 'g'.repeat(64), queueName: 'q'.repeat(80) }),
  ];

  test.each(all.map(({ id, description }) => [id, description] as const))(
    '%s: lines of at most 120 columns, the last of which are a command',
    (_id, description) => {
      const lines = description.split('\n');

      expect(lines.filter((line) => line.length > 120)).toEqual([]);
      expect(lines.length).toBeGreaterThanOrEqual(3);
      expect(description).toMatch(/\n(Run|Then): aws (lambda|sqs|scheduler) /);
      expect(description.length).toBeLessThan(1_024);
    },
  );

  test('those of a service begin with its name', () => {
    for (const { description } of all.slice(0, 3)) expect(description).toMatch(new RegExp(`^${name} `));
  });
});
