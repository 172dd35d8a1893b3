/** Durations of CDK beside ours, wherever a construct or the settings take one. */
import { Duration, Lazy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, describe, expect, test } from 'vitest';
import { ScheduledService, type ScheduledServiceProps } from '../../infra/constructs/scheduled-service.ts';
import { Watchdog } from '../../infra/constructs/watchdog.ts';
import { readSettings, type Settings } from '../../infra/settings.ts';
import {
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourceLike,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

type Interval = NonNullable<ScheduledServiceProps['interval']>;

function deployed(props: Partial<ScheduledServiceProps>) {
  const stack = emptyStack();
  new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY, watched: true, ...props });
  const template = templateOf(stack);
  return {
    lambda: resourceLike(template, 'AWS::Lambda::Function', 'Idle').Properties,
    schedule: resourceLike(template, 'AWS::Scheduler::Schedule', 'Idle').Properties,
    log: resourceLike(template, 'AWS::Logs::LogGroup', 'Idle').Properties ?? {},
  };
}

const later = () => Duration.seconds(Lazy.number({ produce: () => 60 }));
const RANGE = 'a duration from 0.1 s up to 366 days';
const UNRESOLVED = 'interval: expected a duration that synth knows, got an unresolved token';

describe("a duration of CDK's", () => {
  test.each<[Interval, string, string]>([
    [Duration.minutes(15), 'cron(0/15 * * * ? *)', '900000ms'],
    [Duration.seconds(20), 'cron(* * * * ? *)', '20000ms'],
    [Duration.millis(1_500), 'cron(* * * * ? *)', '1500ms'],
    [Duration.hours(0.1), 'cron(0/6 * * * ? *)', '360000ms'],
    [Duration.days(1 / 3), 'cron(0 0/8 * * ? *)', '28800000ms'],
    [Duration.parse('PT7H'), 'rate(7 hours)', '25200000ms'],
  ])('is an interval: %s', (interval, expression, variable) => {
    const { lambda, schedule } = deployed({ interval });

    expect(schedule['ScheduleExpression']).toBe(expression);
    expect(lambda['Environment']).toMatchObject({ Variables: { TICKOVER_INTERVAL: variable } });
  });

  test('is an interval as the same duration of ours is', () => {
    expect(deployed({ interval: Duration.minutes(5) })).toEqual(deployed({ interval: '5m' }));
  });

  test('is refused as ours is where it is out of range', () => {
    expect(() => deployed({ interval: Duration.millis(5) })).toThrow(`service 'idle': interval: expected ${RANGE}`);
    expect(() => deployed({ interval: Duration.days(400) })).toThrow(`service 'idle': interval: expected ${RANGE}`);
  });

  test('is refused as ours is where Scheduler can not express it', () => {
    expect(() => deployed({ interval: Duration.minutes(1.1) })).toThrow(
      'interval: expected whole minutes where it is above one, got 66 s',
    );
  });

  test('is refused where only the deploy knows it', () => {
    expect(() => deployed({ interval: later() })).toThrow(`service 'idle': ${UNRESOLVED}`);
  });

  test('is the interval of a watchdog', () => {
    const stack = emptyStack();
    const services = [new ScheduledService(stack, 'Idle', { service: idle(), entry: ENTRY })];
    const made = new Watchdog(stack, 'Watchdog', { services, interval: Duration.minutes(2) });

    expect(made.service.schedule.interval).toBe(120_000);
    expect(() => new Watchdog(stack, 'Other', { services, interval: later() })).toThrow(UNRESOLVED);
  });

  test('is an interval in the settings of a stack', () => {
    const of = (interval: Interval): Settings => ({
      ...settingsOf(),
      services: { 'check-endpoints': { interval } },
    });
    const stack = newStack(newApp(), { settings: of(Duration.minutes(10)) });
    const { Properties } = resourceLike(templateOf(stack), 'AWS::Scheduler::Schedule', 'checkendpoints');

    expect(Properties['ScheduleExpression']).toBe('cron(0/10 * * * ? *)');
    expect(() => newStack(newApp(), { settings: of(later()) })).toThrow(`service 'check-endpoints': ${UNRESOLVED}`);
  });

  test('is an interval in the context of an app that is written in code', () => {
    const read = (interval: unknown) =>
      readSettings((name) => (name === 'services' ? { sync: { interval } } : undefined)).services['sync']?.interval;

    expect(read(Duration.minutes(3))).toEqual(Duration.minutes(3));
    expect(() => read(Duration.days(400))).toThrow(
      `services.sync.interval: expected ${RANGE}, such as '5m', got 34560000 s`,
    );
    expect(() => read(later())).toThrow(
      `services.sync.interval: expected ${RANGE}, such as '5m', got an unresolved token`,
    );
  });

  test('of another copy of aws-cdk-lib is one too', () => {
    const copy = { isUnresolved: () => false, toMilliseconds: () => 120_000 } as unknown as Duration;

    expect(deployed({ interval: copy }).schedule['ScheduleExpression']).toBe('cron(0/2 * * * ? *)');
  });

  test('is how long a log is kept, if CloudWatch keeps one as long', () => {
    expect(deployed({ logRetention: Duration.days(14) }).log['RetentionInDays']).toBe(14);
    expect(deployed({ logRetention: Duration.hours(24) }).log['RetentionInDays']).toBe(1);
    expect(deployed({ logRetention: RetentionDays.ONE_YEAR }).log['RetentionInDays']).toBe(365);
    expect(deployed({ logRetention: RetentionDays.INFINITE }).log['RetentionInDays']).toBeUndefined();
  });

  test.each<[NonNullable<ScheduledServiceProps['logRetention']>, string]>([
    [Duration.days(15), '1296000 s'],
    [Duration.minutes(1), '60 s'],
    [Duration.days(9999), '863913600 s'],
    [later(), 'an unresolved token'],
    [31 as RetentionDays, '31'],
    ['14d' as unknown as RetentionDays, "'14d'"],
  ])('is refused as the time that a log is kept: %#', (logRetention, got) => {
    expect(() => deployed({ logRetention })).toThrow(
      `logRetention: expected one of CDK's RetentionDays, or a Duration of as many days, got ${got}`,
    );
  });

  test('is shown in seconds where it is refused, or as one that only the deploy knows', () => {
    const refused = (maxEventAge: Duration) => () => deployed({ functionProps: { maxEventAge } });

    expect(refused(Duration.minutes(2))).toThrow("since it follows from the service's schedule, got 120 s");
    expect(refused(later())).toThrow("since it follows from the service's schedule, got an unresolved token");
    expect(refused(Duration.minutes(Lazy.number({ produce: () => 1 })))).toThrow('got an unresolved token');
  });
});
