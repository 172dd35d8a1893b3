/** The rehearsal from an empty emulator to a stack that is taken down again. */
import { awsAt } from './aws.ts';
import { breaks } from './breaks/play.ts';
import { cdkIn, lastWords } from './cdk.ts';
import { newCheckout } from './checkout.ts';
import { deployedStack } from './deployed.ts';
import { DROPPED, droppedFaults } from './dropped.ts';
import { startEmulator } from './emulator.ts';
import { RehearsalError, refuse } from './failure.ts';
import { inventory } from './inventory.ts';
import { listFaults, unrecognizedTypes, withoutLeftOut } from './left-out.ts';
import { buildsOf, changedAndUnchanged, haltBoth } from './scenarios/change.ts';
import { onKeptTables } from './scenarios/deploy-again.ts';
import { failingService } from './scenarios/failing.ts';
import { haltAndResume } from './scenarios/halt.ts';
import { importedForTheSchedule, markedByHand, markedByTheSchedule } from './scenarios/late-runs.ts';
import { catalogRuns } from './scenarios/others.ts';
import { tablesOf, takeDown } from './scenarios/take-down.ts';
import { healthyTick } from './scenarios/ticks.ts';
import { holds, type Stage, type Wings } from './stage.ts';
import { startSteering } from './steering.ts';
import { ofType, type Template } from './template.ts';
import { inWords, newTranscript, type Transcript } from './transcript.ts';

/** The stack of the rehearsal. */
export const STACK = 'Tickover-rehearsal';
const STEERED = ['steered', 'bystander'];
const HOUR = 3_600_000;
/** Ticks are numbered from 1 and lie an hour apart; the last is past. */
const MOST_TICKS = 24;

/** What clears something away again. */
export type Closer = () => Promise<void> | void;

/**
 * Starts an empty emulator and a server for steered services, and copies the project; each as it comes adds what clears
 * it away.
 */
export async function open(report: (line: string) => void, closers: Closer[]): Promise<Wings> {
  const emulator = await startEmulator();
  closers.push(emulator.stop);
  const steering = await startSteering();
  closers.push(steering.stop);
  const checkout = await newCheckout(STEERED);
  closers.push(checkout.remove);
  const cdk = await cdkIn(checkout, emulator, STACK);
  closers.push(cdk.stop);
  const symbols = new Map([[steering.url, 'http://its-server/']]);
  const transcript = newTranscript({ report, symbols });
  return { emulator, aws: awsAt(emulator), checkout, cdk, steering, transcript };
}

/** Plays everything; what comes is what was asked and answered. */
export async function rehearse(wings: Wings): Promise<Transcript> {
  const stage = await firstDeploy(wings);
  await markedByHand(stage);
  const since = Date.now();
  await importedForTheSchedule(stage);
  await healthyTick(stage);
  await failingService(stage);
  await haltAndResume(stage);
  await catalogRuns(stage);
  await markedByTheSchedule(stage, since);
  const whole = await changeOver(stage);
  await takeDown(stage);
  await deployedAgain(stage);
  await breaks(stage, whole);
  await wings.emulator.assertLoopback();
  return wings.transcript;
}

/** A stage that also knows the whole template, with what is left out. */
export interface WholeStage extends Stage {
  readonly whole: Template;
}

/** From nothing to a deployed stack. */
export async function firstDeploy(wings: Wings): Promise<WholeStage> {
  const { transcript, cdk } = wings;
  transcript.section(
    'From nothing to a stack',
    'The real command line, the real app, and two services added to the catalog as a user adds one.',
  );
  await cdk.bootstrap();
  transcript.step('`npx cdk bootstrap`', 'done');
  const whole = await cdk.synth(contextOf(wings));
  transcript.step('`npx cdk synth`', `${Object.keys(whole.Resources).length} resources`);
  refuse('what the emulator drops', droppedFaults(whole));
  await refusedAsListed(wings);
  const stage = await deployed(wings, whole);
  await compared(stage);
  return stage;
}

/** The emulator refuses exactly the types that the list says. */
async function refusedAsListed({ cdk, transcript }: Wings): Promise<void> {
  const ended = await cdk.deploy();
  const types = unrecognizedTypes(ended.output);
  if (ended.code !== 0 && types.length === 0) throw new RehearsalError(`cdk deploy: ${lastWords(ended)}`);
  refuse('left out', listFaults(types));
  transcript.step('`npx cdk deploy`, with everything', `refused for what the emulator can't make: ${types.join(', ')}`);
}

/** Deploys the template without what is left out. */
export async function deployed(wings: Wings, whole: Template): Promise<WholeStage> {
  const { aws, cdk, transcript } = wings;
  const { template, leftOut } = withoutLeftOut(whole);
  await cdk.write(template);
  const ended = await cdk.deploy();
  if (ended.code !== 0) throw new RehearsalError(`cdk deploy: ${lastWords(ended)}`);
  transcript.step(
    "`npx cdk deploy`, without what the emulator can't make",
    `${STACK} is deployed; left out: ${inWords(leftOut)}`,
  );
  const stack = await deployedStack(aws, STACK, template);
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const due = (number: number) => now - (MOST_TICKS - number) * HOUR;
  return { ...wings, deployed: stack, due, whole };
}

async function compared({ aws, deployed: stack, transcript }: WholeStage): Promise<void> {
  const { compared: checked, listed, faults } = await inventory(aws, stack);
  refuse('not as synthesised', faults);
  transcript.step('the AWS clients: is everything as synthesised?', `yes: ${inWords(checked)}`);
  transcript.step('CloudFormation: is the rest there?', `as CloudFormation reports: ${inWords(listed)}`);
  const properties = DROPPED.map(({ type, property }) => `${type}.${property}`);
  transcript.step('what the emulator drops', `${properties.join(', ')}: asserted on the template`);
}

/** Gives the whole template of the changed version. */
async function changeOver(stage: WholeStage): Promise<Template> {
  const { checkout, cdk, transcript } = stage;
  await haltBoth(stage);
  const before = await buildsOf(stage);
  await checkout.edit('lib/services/steered.ts', 'const VERSION = 1;', 'const VERSION = 2;');
  const whole = await cdk.synth(contextOf(stage));
  holds(
    transcript,
    '`npx cdk synth`, with steered changed',
    { resources: Object.keys(whole.Resources).length },
    { resources: Object.keys(stage.whole.Resources).length },
  );
  const changed = await deployed(stage, whole);
  await changedAndUnchanged({ ...changed, due: stage.due }, before);
  return whole;
}

/** Under the same name, with the tables that stayed given back. */
async function deployedAgain(stage: WholeStage): Promise<void> {
  const { cdk, deployed: before, transcript } = stage;
  transcript.section(
    'Deployed again',
    'Under the same name, with the ARNs of the tables that stayed: what the services remember is remembered.',
  );
  const arnOf = (part: string) => {
    const [table] = ofType(before.template, 'AWS::DynamoDB::Table').filter(({ id }) => id.startsWith(part));
    return before.world.arn(table?.id ?? '');
  };
  const tables = { stateTableArn: arnOf('StateTable'), flowRunsTableArn: arnOf('FlowRuns') };
  const whole = await cdk.synth({ ...contextOf(stage), ...tables });
  await onKeptTables(await deployed(stage, whole), tablesOf(stage));
}

function contextOf({ steering }: Wings): Record<string, unknown> {
  const own = { environment: { STEERED_URL: steering.url }, metrics: 'detailed' };
  return { stage: 'rehearsal', dashboard: true, services: Object.fromEntries(STEERED.map((name) => [name, own])) };
}
