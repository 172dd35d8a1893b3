/** A service that fails until the watchdog reports it, backs off, and recovers. */
import { alarmOf, feed, readFaults } from '../alarms.ts';
import { idPart } from '../deployed.ts';
import { refuse } from '../failure.ts';
import { type LoggedMetric, metricOf } from '../invoke.ts';
import { received, subscriber } from '../mailbox.ts';
import { ask, holds, type Stage, steer, tick } from '../stage.ts';

const SERVICE = 'steered';
const WATCHDOG = 'watch-services';

export async function failingService(stage: Stage): Promise<void> {
  const { aws, deployed, transcript } = stage;
  transcript.section(
    'A failing service, and the message about it',
    'The emulator does not read metrics out of logs, as AWS does: the rehearsal takes a figure from the line that the function wrote and gives it to CloudWatch, ' +
      'whose alarms then act by the deployed rules and actions.',
  );
  const alarm = deployed.physical('AWS::CloudWatch::Alarm', `${idPart(SERVICE)}Alarmsunhealthy`);
  const onCall = await subscriber(aws, deployed.physical('AWS::SNS::Topic', 'Pager'));
  steer(stage, 503);
  for (const number of [2, 3, 4]) {
    const verdict = number === 4 ? 'backing-off' : 'steady';
    const answer = { disposition: 'ran', outcome: 'failed', verdict };
    await tick(stage, { service: SERVICE, number }, { answer, metrics: { FailureStreak: number - 1, Halted: 0 } });
  }
  const check = await ask(
    stage,
    WATCHDOG,
    { action: 'run-once' },
    {
      answer: { disposition: 'ran', outcome: 'succeeded' },
      metrics: { Unhealthy: 1 },
    },
  );
  await rings(stage, { alarm, metric: metricOf(check, 'Unhealthy') });
  const message = await received<Message>(aws, onCall, ({ Subject = '' }) => Subject.includes(SERVICE));
  holds(
    transcript,
    'a queue that is subscribed to the topic',
    {
      'names the service': message.Message.includes(SERVICE),
      'names the command': message.Message.includes('aws lambda invoke'),
    },
    { 'names the service': true, 'names the command': true },
  );
  await backsOffAndRecovers(stage);
}

interface Message {
  readonly Subject?: string;
  readonly Message: string;
}

/** The alarm reads exactly what the watchdog emits, and rings with it. */
async function rings(
  { aws, transcript }: Stage,
  { alarm, metric }: { readonly alarm: string; readonly metric: LoggedMetric },
): Promise<void> {
  refuse('its alarm', readFaults(await alarmOf(aws, alarm), metric));
  await feed(aws, metric);
  const { StateValue, ComparisonOperator, Threshold } = await alarmOf(aws, alarm);
  holds(
    transcript,
    `the alarm *unhealthy*, given Unhealthy ${metric.value}`,
    { state: StateValue, 'fires at': `${ComparisonOperator} ${Threshold}` },
    { state: 'ALARM', 'fires at': 'GreaterThanOrEqualToThreshold 1' },
  );
}

async function backsOffAndRecovers(stage: Stage): Promise<void> {
  await tick(
    stage,
    { service: SERVICE, number: 5 },
    { answer: { disposition: 'skipped', reason: 'backoff', backoffCount: 1 }, metrics: { Halted: 0 } },
  );
  steer(stage, 200);
  await tick(
    stage,
    { service: SERVICE, number: 6 },
    {
      answer: { disposition: 'ran', outcome: 'succeeded', verdict: 'recovered', backoffCount: 0 },
      metrics: { FailureStreak: 0, Halted: 0 },
    },
  );
}
