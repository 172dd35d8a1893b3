/** Each break, deployed over the stack, and what of the rehearsal meets it. */
import { alarmOf, readFaults } from '../alarms.ts';
import { lastWords } from '../cdk.ts';
import { deployedStack } from '../deployed.ts';
import { droppedFaults } from '../dropped.ts';
import { RehearsalError, refuse } from '../failure.ts';
import { inventory } from '../inventory.ts';
import { metricOf } from '../invoke.ts';
import { withoutLeftOut } from '../left-out.ts';
import { rightsFaults } from '../rights.ts';
import { ask, type Stage, steer, tick } from '../stage.ts';
import { ofType, type Template } from '../template.ts';
import { newTranscript } from '../transcript.ts';
import { BREAKS, type Break } from './changes.ts';

const SERVICE = 'steered';

/** Deploys a stack that is sound, and every break over it, and writes down what met it. */
export async function breaks(stage: Stage, whole: Template): Promise<void> {
  stage.transcript.section(
    'Deliberate breaks',
    'Each row shows a change of the template, as a mistake in `infra/` would make it, and the failure that the rehearsal reports. The change is deployed over a new stack, or the template is judged before a deploy.',
  );
  steer(stage, 200);
  const met = await meets(stage, whole, 1);
  if (met !== undefined) throw new RehearsalError(`the stack without a break: ${met}`);
  stage.transcript.step('no change (control)', 'no failure');
  for (const [index, broken] of BREAKS.entries()) await play(stage, broken, whole, index + 2);
}

async function play(stage: Stage, broken: Break, whole: Template, number: number): Promise<void> {
  const { name, what, change, unseen } = broken;
  const met = await meets(stage, change(whole), number);
  stage.transcript.step(`**${name}**: ${what}`, met ?? `not seen: ${unseen ?? 'nobody said why'}`);
  if ((met === undefined) !== (unseen !== undefined)) {
    throw new RehearsalError(`${name}: expected it ${unseen === undefined ? 'seen' : 'not seen'}, got otherwise`);
  }
}

/**
 * What of the rehearsal first says that something is wrong with the template, or with what it makes; `undefined` if all
 * is well.
 */
async function meets(stage: Stage, whole: Template, number: number): Promise<string | undefined> {
  const symbols = new Map([[stage.steering.url, 'http://its-server/']]);
  const quiet = { ...stage, transcript: newTranscript({ symbols }) };
  try {
    refuse('on the template', [...droppedFaults(whole), ...rightsFaults(whole, servicesIn(whole))]);
    await deploys(quiet, whole, number);
    return undefined;
  } catch (error) {
    if (error instanceof RehearsalError) return error.message.replace(/^: /, '');
    throw error;
  }
}

async function deploys(stage: Stage, whole: Template, number: number): Promise<void> {
  const { aws, cdk, deployed } = stage;
  const { template } = withoutLeftOut(whole);
  await cdk.write(template);
  const ended = await cdk.deploy();
  if (ended.code !== 0) throw new RehearsalError(`cdk deploy: ${lastWords(ended)}`);
  const broken = { ...stage, deployed: await deployedStack(aws, deployed.name, template) };
  refuse('not as synthesised', (await inventory(aws, broken.deployed)).faults);
  const invocation = await tick(
    broken,
    { service: SERVICE, number },
    { answer: { service: SERVICE, disposition: 'ran', outcome: 'succeeded' }, metrics: { FailureStreak: 0 } },
  );
  const alarm = broken.deployed.physical('AWS::CloudWatch::Alarm', `${SERVICE}Alarmsunhealthy`);
  // The watchdog writes it where the service writes its own.
  const metric = { ...metricOf(invocation, 'FailureStreak'), name: 'Unhealthy' };
  refuse('its alarm', readFaults(await alarmOf(aws, alarm), metric));
  await ask(broken, 'mark-late-runs', { action: 'run-once' }, { answer: { disposition: 'ran', outcome: 'succeeded' } });
}

/** The names of the services, by what their functions are described as. */
function servicesIn(template: Template): string[] {
  return ofType(template, 'AWS::Lambda::Function').flatMap(
    ({ Properties = {} }) => /runs the service ([a-z0-9-]+)\./.exec(String(Properties['Description']))?.[1] ?? [],
  );
}
