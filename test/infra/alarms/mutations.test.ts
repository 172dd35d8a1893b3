/**
 * Mistakes in an alarm, each of which some story tells: played in every reading, with the alarm as it is and as it must
 * not be.
 */
import { expect, test } from 'vitest';
import { MINUTE } from '../../support/tick-kit.ts';
import { READINGS } from './evaluator.ts';
import { type Play, play } from './evaluator-play.ts';
import { onStage } from './evaluator-scenarios.ts';
import { mutated, type SynthesisedAlarms, synthesise } from './evaluator-stack.ts';

const HOUR = 60 * MINUTE;

onStage();

const SCENARIOS = {
  // The first ticks take their time: a schedule, a first upload.
  'a first deploy': (on) => on.pass(20 * MINUTE, (tick) => (tick < 5 ? 'lost' : 'succeeds')),
  'two failures': async (on) => {
    await on.pass(10 * MINUTE);
    await on.pass(2 * MINUTE, 'fails');
    await on.pass(10 * MINUTE);
  },
  'three failures': async (on) => {
    await on.pass(10 * MINUTE);
    await on.pass(3 * MINUTE, 'fails');
    await on.pass(10 * MINUTE, 'fails');
  },
  'a fatal error': async (on) => {
    await on.pass(10 * MINUTE);
    await on.pass(MINUTE, 'is fatal');
    await on.pass(10 * MINUTE);
  },
  'a fatal error, and then nothing': async (on) => {
    await on.pass(10 * MINUTE);
    await on.pass(MINUTE, 'is fatal');
    await on.pass(HOUR, 'lost');
  },
  'ticks that stop': async (on) => {
    await on.pass(10 * MINUTE);
    await on.pass(20 * MINUTE, 'lost');
  },
  'a lost tick': (on) => on.pass(30 * MINUTE, (tick) => (tick === 12 ? 'lost' : 'succeeds')),
  'one error': (on) => on.pass(30 * MINUTE, (tick) => (tick === 12 ? 'broken' : 'succeeds')),
} as const satisfies Record<string, (on: Play) => Promise<void>>;

/** Everything that a person could see, in all readings. */
async function seen(tickEvent: keyof typeof SCENARIOS, change: (stack: SynthesisedAlarms) => SynthesisedAlarms) {
  const outcomes: unknown[] = [];
  for (const reading of READINGS) {
    const service = { consecutive: 3, backoff: 5 };
    const on = play({ reading, service, stack: (one) => change(synthesise([one], { level: 'full' })) });
    await SCENARIOS[tickEvent](on);
    const alarms = ['failing', 'halted', 'silent', 'errors', 'throttles', 'pager'];
    outcomes.push([on.pages, ...alarms.map((alarm) => [alarm, on.state(alarm), on.rang(alarm)])]);
  }
  return outcomes;
}

test.each([
  ['two failures', 'failing', { Threshold: 2 }],
  ['three failures', 'failing', { Threshold: 4 }],
  ['three failures', 'failing', { ComparisonOperator: 'GreaterThanThreshold', Threshold: 4 }],
  ['three failures', 'failing', { TreatMissingData: 'notBreaching' }],
  ['three failures', 'failing', { Namespace: 'Tickover' }],
  ['three failures', 'failing', { MetricName: 'Halted' }],
  ['a first deploy', 'failing', { TreatMissingData: 'breaching' }],
  ['a fatal error', 'halted', { Threshold: 2 }],
  ['a fatal error', 'halted', { Dimensions: [{ Name: 'service', Value: 'another' }] }],
  ['a fatal error, and then nothing', 'halted', { TreatMissingData: 'notBreaching' }],
  ['a first deploy', 'halted', { TreatMissingData: 'breaching' }],
  ['ticks that stop', 'silent', { TreatMissingData: 'notBreaching' }],
  ['ticks that stop', 'silent', { TreatMissingData: 'ignore' }],
  ['ticks that stop', 'silent', { EvaluationPeriods: 30, DatapointsToAlarm: 30 }],
  ['a lost tick', 'silent', { EvaluationPeriods: 1, DatapointsToAlarm: 1 }],
  ['a lost tick', 'silent', { DatapointsToAlarm: 1 }],
  ['a first deploy', 'silent', { Statistic: 'Maximum' }],
  ['a first deploy', 'silent', { MetricName: 'FailureStreaks' }],
  ['one error', 'errors', { DatapointsToAlarm: 1 }],
  ['a first deploy', 'errors', { TreatMissingData: 'breaching' }],
  ['a first deploy', 'pager', { ActionsSuppressorWaitPeriod: 0 }],
  ['ticks that stop', 'pager', { AlarmActions: [] }],
] as const)('%s: seen to be another story if %s had %o', async (tickEvent, alarm, properties) => {
  const right = await seen(tickEvent, (stack) => stack);
  const wrong = await seen(tickEvent, (stack) => mutated(stack, alarm, properties));

  expect(wrong).not.toEqual(right);
});

test('a first deploy: seen to be another story if silent counted from the start', async () => {
  const unguarded = (stack: SynthesisedAlarms) =>
    mutated(stack, 'pager', { AlarmRule: `ALARM("${stack.ids['failing']}") OR ALARM("${stack.ids['silent']}")` });

  expect(await seen('a first deploy', unguarded)).not.toEqual(await seen('a first deploy', (stack) => stack));
});
