/**
 * Mistakes in an alarm, each of which some scenario shows: played in every reading, with the alarm as it is and as it
 * must not be.
 */
import { expect, test } from 'vitest';
import { defineService } from '../../../lib/service/index.ts';
import { READINGS } from './evaluator.ts';
import { type Play, play } from './evaluator-play.ts';
import { mutated, type SynthesisedAlarms, synthesise } from './evaluator-stack.ts';

const poll = defineService({ name: 'poll', interval: '1m', timeout: '30s', workload: async () => {} });
const right = synthesise([poll], { level: 'full' });

const SCENARIOS = {
  'a first deploy': (on) => {
    on.pass(12, { checks: false });
    on.pass(60);
  },
  'a watchdog that stops': (on) => {
    on.pass(60);
    on.pass(90, { checks: false });
    on.pass(60);
  },
  'a watchdog that misses some looks': (on) => {
    on.pass(60);
    on.pass(120, (minute) => ({ checks: minute % 30 > 7 }));
  },
  'a service in trouble': (on) => {
    on.pass(60);
    on.pass(60, { troubled: true });
    on.pass(60);
  },
  'errors at deliveries': (on) => {
    on.pass(60);
    on.pass(60, { firing: 'target error' });
    on.pass(60);
  },
  'an error at one delivery': (on) => {
    on.pass(60);
    on.pass(1, { firing: 'target error' });
    on.pass(60);
  },
  'a firing that is given up': (on) => {
    on.pass(60);
    on.pass(1, { dropped: true });
    on.pass(60);
  },
  'a throttle': (on) => {
    on.pass(60);
    on.pass(1, { firing: 'throttled' });
    on.pass(60);
  },
  'long runs': (on) => {
    on.pass(60);
    on.pass(60, { lasts: 27_500 });
    on.pass(60);
  },
} as const satisfies Record<string, (on: Play) => void>;

/** Everything that a person could see, in all readings. */
function seen(scenario: keyof typeof SCENARIOS, stack: SynthesisedAlarms): unknown[] {
  return READINGS.map((reading) => {
    const on = play(stack, reading);
    SCENARIOS[scenario](on);
    return [
      on.pages,
      ...Object.keys(stack.ids).map((alarm) => [alarm, on.state(alarm), on.fired(alarm), on.ended(alarm)]),
    ];
  });
}

const seenRight = new Map<string, unknown[]>();

const WATCHDOG = 'watch-services/watchdog';

test.each([
  ['a first deploy', WATCHDOG, { WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 1 } }],
  ['a watchdog that stops', WATCHDOG, { TreatMissingData: 'notBreaching' }],
  ['a watchdog that stops', WATCHDOG, { TreatMissingData: 'ignore' }],
  ['a watchdog that stops', WATCHDOG, { AlarmActions: [] }],
  ['a watchdog that stops', WATCHDOG, { MetricName: 'Unhealthy' }],
  ['a watchdog that stops', WATCHDOG, { EvaluationPeriods: 30, DatapointsToAlarm: 30 }],
  ['a watchdog that stops', WATCHDOG, { Dimensions: [{ Name: 'service', Value: 'poll' }] }],
  ['a watchdog that misses some looks', WATCHDOG, { EvaluationPeriods: 1, DatapointsToAlarm: 1 }],
  ['a watchdog that misses some looks', WATCHDOG, { DatapointsToAlarm: 1 }],
  ['a service in trouble', 'poll/unhealthy', { TreatMissingData: 'ignore' }],
  ['a service in trouble', 'poll/unhealthy', { TreatMissingData: 'breaching' }],
  ['a service in trouble', 'poll/unhealthy', { Threshold: 2 }],
  ['a service in trouble', 'poll/unhealthy', { Namespace: 'Tickover' }],
  ['a service in trouble', 'poll/unhealthy', { AlarmActions: ['arn:mine'] }],
  ['a service in trouble', 'poll/unhealthy', { Dimensions: [{ Name: 'service', Value: 'another' }] }],
  ['errors at deliveries', 'delivery-errors', { TreatMissingData: 'ignore' }],
  ['errors at deliveries', 'delivery-errors', { Dimensions: [{ Name: 'ScheduleGroup', Value: 'default' }] }],
  ['errors at deliveries', 'delivery-errors', { AlarmActions: [] }],
  ['an error at one delivery', 'delivery-errors', { EvaluationPeriods: 1, DatapointsToAlarm: 1 }],
  ['an error at one delivery', 'delivery-errors', { DatapointsToAlarm: 1 }],
  ['a firing that is given up', 'undeliverable', { MetricName: 'ApproximateNumberOfMessagesVisible' }],
  ['a firing that is given up', 'undeliverable', { EvaluationPeriods: 3, DatapointsToAlarm: 3 }],
  ['a firing that is given up', 'undeliverable', { TreatMissingData: 'ignore' }],
  ['a firing that is given up', 'dropped', { Threshold: 2 }],
  ['a throttle', 'poll/throttles', { DatapointsToAlarm: 1 }],
  ['long runs', 'poll/near-timeout', { Statistic: 'Sum', Threshold: 27_000_000 }],
  ['long runs', 'poll/near-timeout', { Threshold: 30_000 }],
] as const)('%s: seen to be another scenario if %s had %o', (scenario, alarm, properties) => {
  const expected = seenRight.get(scenario) ?? seen(scenario, right);
  seenRight.set(scenario, expected);

  expect(seen(scenario, mutated(right, alarm, properties))).not.toEqual(expected);
});
