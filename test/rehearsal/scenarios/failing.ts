/** A service that fails up to its alarm's threshold, backs off, and recovers. */
import { alarmOf, feed, pagerName, pagerState, readFaults } from '../alarms.ts';
import { idPart } from '../deployed.ts';
import { refuse } from '../failure.ts';
import { type LoggedMetric, metricOf } from '../invoke.ts';
import { received, subscriber } from '../mailbox.ts';
import { holds, type Stage, steer, tick } from '../stage.ts';
import { ofType, type Template } from '../template.ts';

const SERVICE = 'steered';

export async function failingService(stage: Stage, whole: Template): Promise<void> {
  const { aws, deployed, transcript } = stage;
  transcript.section(
    'A failing service, up to its alarm',
    'The emulator does not read metrics out of logs, as AWS does: the rehearsal takes each figure from the line that the function wrote and gives it to CloudWatch, ' +
      'whose alarms then act by the deployed rules and actions.',
  );
  const alarm = deployed.physical('AWS::CloudWatch::Alarm', `${idPart(SERVICE)}Alarmsfailing`);
  const pager = pagerName(deployed, pagerIdOf(whole));
  const onCall = await subscriber(aws, deployed.physical('AWS::SNS::Topic', 'Pager'));
  holds(transcript, 'the alarm *failing*, though tick 1 wrote FailureStreak 0', await stateOf(stage, alarm), {
    state: 'INSUFFICIENT_DATA',
  });
  steer(stage, 503);
  const states = ['OK', 'OK', 'ALARM'];
  for (const [index, state] of states.entries()) {
    const verdict = index === 2 ? 'backing-off' : 'steady';
    const answer = { disposition: 'ran', outcome: 'failed', verdict };
    const metrics = { FailureStreak: index + 1, Halted: 0 };
    const invocation = await tick(stage, { service: SERVICE, number: index + 2 }, { answer, metrics });
    await rings(stage, { alarm, metric: metricOf(invocation, 'FailureStreak'), state });
  }
  holds(transcript, 'its pager, by its rule', { state: await pagerState(aws, pager) }, { state: 'ALARM' });
  const page = await received<{ Message: string }>(aws, onCall, ({ Message }) => namedIn(Message) === pager);
  holds(transcript, 'a queue that is subscribed to the topic', { page: namedIn(page.Message) }, { page: pager });
  const other = deployed.physical('AWS::CloudWatch::Alarm', 'bystanderAlarmsfailing');
  holds(transcript, "bystander's alarm *failing*: the emulator ignores dimensions", await stateOf(stage, other), {
    state: 'ALARM',
  });
  await backsOffAndRecovers(stage);
}

async function stateOf({ aws }: Stage, alarm: string): Promise<{ readonly state: string | undefined }> {
  return { state: (await alarmOf(aws, alarm)).StateValue };
}

/** The alarm reads exactly what the function emits, and rings with the figure of its threshold, not before. */
async function rings(
  { aws, transcript }: Stage,
  { alarm, metric, state }: { readonly alarm: string; readonly metric: LoggedMetric; readonly state: string },
): Promise<void> {
  refuse('its alarm', readFaults(await alarmOf(aws, alarm), metric));
  await feed(aws, metric);
  const { StateValue, ComparisonOperator, Threshold } = await alarmOf(aws, alarm);
  holds(
    transcript,
    `the alarm *failing*, given FailureStreak ${metric.value}`,
    { state: StateValue, 'fires at': `${ComparisonOperator} ${Threshold}` },
    { state, 'fires at': 'GreaterThanOrEqualToThreshold 3' },
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

function pagerIdOf(whole: Template): string {
  return ofType(whole, 'AWS::CloudWatch::CompositeAlarm').find(({ id }) => id.startsWith(idPart(SERVICE)))?.id ?? '';
}

function namedIn(message: string): string {
  return (JSON.parse(message) as { AlarmName: string }).AlarmName;
}
