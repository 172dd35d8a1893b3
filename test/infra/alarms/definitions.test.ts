import { describe, expect, test } from 'vitest';
import { type AlarmDefinition, alarmFaults, alarmsOf, silenceOf } from '../../../infra/alarms/index.ts';
import { defineService, type ServiceOptions } from '../../../lib/service/index.ts';

const OPTIONS = { namespace: 'Tickover-prod', functionName: 'poll-function', level: 'essential' } as const;

function poll(options: Partial<ServiceOptions<undefined>> = {}) {
  return defineService({ name: 'poll', interval: '1m', workload: async () => {}, ...options });
}

function metrics(definitions: readonly AlarmDefinition[]) {
  return definitions.filter((definition) => definition.kind === 'metric');
}

function called(definitions: readonly AlarmDefinition[], id: string) {
  const found = metrics(definitions).find((definition) => definition.id === id);
  if (found === undefined) throw new Error(`expected an alarm ${id}`);
  return found;
}

describe('which alarms a service gets', () => {
  test.each([
    ['essential', '1m', 'failing halted silent pager'],
    ['essential', '1h', 'failing halted overdue pager'],
    ['full', '1m', 'failing halted silent overdue errors throttles pager'],
    ['full', '1h', 'failing halted overdue errors throttles pager'],
    ['none', '1m', ''],
  ] as const)('%s, every %s: %s', (level, interval, ids) => {
    expect(
      alarmsOf(poll({ interval }), { ...OPTIONS, level })
        .map(({ id }) => id)
        .join(' '),
    ).toBe(ids);
  });

  test('the watchdog is not watched by itself', () => {
    const ids = alarmsOf(poll({ name: 'watch-services', interval: '5m' }), { ...OPTIONS, level: 'full' });

    expect(ids.map(({ id }) => id)).not.toContain('overdue');
  });

  test('overrunning is watched only where the timeout allows it, and not where an invocation waits for slots', () => {
    const ids = (options: Partial<ServiceOptions<undefined>>) =>
      alarmsOf(poll(options), { ...OPTIONS, level: 'full' }).map(({ id }) => id);

    expect(ids({ interval: '1m', timeout: '2m' })).toContain('overrunning');
    expect(ids({ interval: '2m', timeout: '2m' })).not.toContain('overrunning');
    expect(ids({ interval: '5s', timeout: '30s' })).not.toContain('overrunning');
  });
});

describe('what they are', () => {
  test('failing: the largest streak of the newest window reaches what is tolerated; without a run the state stays', () => {
    expect(called(alarmsOf(poll({ consecutive: 5 }), OPTIONS), 'failing')).toMatchObject({
      namespace: 'Tickover-prod',
      metricName: 'FailureStreak',
      dimensions: { service: 'poll' },
      statistic: 'Maximum',
      period: 300,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 5,
      comparison: 'at least',
      missing: 'ignore',
    });
  });

  test('halted: the newest window shows a halt; without a tick the state stays', () => {
    expect(called(alarmsOf(poll(), OPTIONS), 'halted')).toMatchObject({
      metricName: 'Halted',
      statistic: 'Maximum',
      threshold: 1,
      comparison: 'at least',
      missing: 'ignore',
    });
  });

  test('silent: every window is empty, since CloudWatch looks further back before it fills one in', () => {
    expect(called(alarmsOf(poll({ interval: '5m' }), OPTIONS), 'silent')).toMatchObject({
      metricName: 'Halted',
      statistic: 'SampleCount',
      period: 300,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      threshold: 1,
      comparison: 'below',
      missing: 'breaching',
    });
  });

  test('the pager counts silent only once failing has data, and waits two minutes', () => {
    expect(alarmsOf(poll(), OPTIONS).at(-1)).toMatchObject({
      id: 'pager',
      wait: 120,
      rule: {
        anyOf: [
          { alarm: 'failing' },
          { alarm: 'halted' },
          { allOf: [{ alarm: 'silent' }, { not: { insufficientData: 'failing' } }] },
        ],
      },
    });
  });

  test.each(['5s', '60s', '90s', '7m', '59m', '1h', '26h', '36d'] as const)(
    'every %s: CloudWatch takes them all',
    (interval) => {
      const definitions = metrics(alarmsOf(poll({ interval }), { ...OPTIONS, level: 'full' }));

      expect(definitions.flatMap(alarmFaults)).toEqual([]);
      expect(definitions.length).toBeGreaterThan(4);
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
    [{ datapointsToAlarm: 4 }, 'datapointsToAlarm: expected 1 to 3, got 4'],
  ])('%o is refused', (change, fault) => {
    expect(alarmFaults({ ...called(alarmsOf(poll(), OPTIONS), 'silent'), ...change })).toEqual([fault]);
  });
});

describe('when a service counts as silent', () => {
  test.each([
    ['5s', 60, 3],
    ['60s', 60, 3],
    ['90s', 120, 3],
    ['5m', 300, 3],
    ['10m', 300, 6],
    ['59m', 300, 36],
  ] as const)('every %s: windows of %i s, %i of them', (interval, period, periods) => {
    expect(silenceOf(poll({ interval }))).toEqual({ period, periods });
  });

  test('a service with jitter counts as silent one window later, since its ticks lie further apart', () => {
    expect(silenceOf(poll({ interval: '60s', jitterRange: 1 }))).toEqual({ period: 60, periods: 4 });
  });

  test.each(['1h', '26h'] as const)('every %s: only the watchdog can notice', (interval) => {
    expect(silenceOf(poll({ interval }))).toBeUndefined();
  });

  test.each([
    ['0/10 * * * ? *', { period: 300, periods: 6 }],
    ['0,5,50 * * * ? *', { period: 300, periods: 27 }],
    ['0/10 8-17 * * ? *', undefined],
    ['0 * * * ? *', undefined],
    ['0/10 * ? * MON-FRI *', undefined],
    ['0/10 * 1-20 * ? *', undefined],
    ['0/10 * * 6 ? *', undefined],
  ])('cron %s: by the longest gap between its ticks', (cron, silence) => {
    expect(silenceOf(poll({ cron, interval: '10m' }))).toEqual(silence);
  });

  test.each([
    ['Asia/Tokyo, where it never is', { period: 300, periods: 6 }],
    ['Europe/Berlin, where that makes more than an hour', undefined],
    ['Australia/Lord_Howe, where that makes 40 minutes', { period: 300, periods: 24 }],
  ])('a cron is quiet while a clock that was set back shows its times again: in %s', (place, silence) => {
    const [timezone = ''] = place.split(',');
    expect(silenceOf(poll({ cron: '0/10 * * * ? *', timezone, interval: '10m' }))).toEqual(silence);
  });
});

describe('what Lambda counts of a cron goes by the longest gap, whatever the interval is', () => {
  const full = (options: Partial<ServiceOptions<undefined>>) => alarmsOf(poll(options), { ...OPTIONS, level: 'full' });

  test.each([
    ['0/10 * * * ? *', '1d', { period: 600, evaluationPeriods: 3, datapointsToAlarm: 2 }],
    ['0 9 * * ? *', '5m', { period: 3_600, evaluationPeriods: 1, datapointsToAlarm: 1 }],
    ['0 9 ? * MON *', '5m', { period: 3_600, evaluationPeriods: 1, datapointsToAlarm: 1 }],
  ] as const)('cron %s', (cron, interval, windows) => {
    const definitions = full({ cron, interval });

    expect(called(definitions, 'errors')).toMatchObject(windows);
    expect(called(definitions, 'throttles')).toMatchObject(windows);
  });

  test('the choice whether its runs can outlast it goes by the longest gap, too', () => {
    const rare = full({ cron: '0 9 * * ? *', interval: '5m', timeout: '10m' });
    const frequent = full({ cron: '0/5 * * * ? *', interval: '1h', timeout: '10m' });

    expect(rare.map(({ id }) => id)).not.toContain('overrunning');
    expect(called(frequent, 'overrunning')).toMatchObject({ threshold: 300_000, period: 900 });
  });
});

describe('descriptions', () => {
  const all = [
    ...metrics(alarmsOf(poll({ interval: '1m', timeout: '2m' }), { ...OPTIONS, level: 'full' })),
    ...metrics(alarmsOf(poll({ interval: '1h' }), OPTIONS)),
  ];

  test.each(all.map(({ id, description }) => [id, description] as const))(
    '%s: names the service, what to look at and a command, within what CloudWatch keeps',
    (_id, description) => {
      expect(description).toContain('poll');
      expect(description).toContain('Look at ');
      expect(description).toMatch(/aws lambda (invoke|get-account-settings)/);
      expect(description.length).toBeLessThan(900);
    },
  );
});
