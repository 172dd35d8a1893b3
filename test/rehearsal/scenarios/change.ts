/** A changed version, deployed over what runs: state survives, and a halt is lifted for the changed function alone. */
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Deployed } from '../deployed.ts';
import { holds, type Stage, steer, tick } from '../stage.ts';
import { ofType } from '../template.ts';
import { haltByTick } from './halt.ts';

/** Before the change: two services of the same code, both halted. */
export async function haltBoth(stage: Stage): Promise<void> {
  stage.transcript.section(
    'A changed version, deployed over it',
    'Two services of the same code are halted; then one of them is changed, and the stack deployed again.',
  );
  steer(stage, 404);
  await haltByTick(stage, 'steered', 11);
  await haltByTick(stage, 'bystander', 11);
  steer(stage, 200);
}

/** After the change. */
export async function changedAndUnchanged(stage: Stage, before: Builds): Promise<void> {
  const after = await buildsOf(stage);
  const others = Object.keys(after).filter((id) => !id.startsWith('steered') && after[id] !== before[id]);
  holds(
    stage.transcript,
    'the builds of the functions',
    { changed: Object.keys(after).filter((id) => after[id] !== before[id]).length, others },
    { changed: 1, others: [] },
  );
  await tick(
    stage,
    { service: 'steered', number: 12 },
    {
      answer: { disposition: 'ran', outcome: 'succeeded', verdict: 'steady', fence: 12, result: { version: 2 } },
      metrics: { FailureStreak: 0, Halted: 0 },
    },
  );
  await tick(stage, { service: 'steered', number: 10 }, { answer: { disposition: 'skipped', reason: 'late' } });
  await tick(
    stage,
    { service: 'bystander', number: 12 },
    { answer: { disposition: 'skipped', reason: 'halted' }, metrics: { Halted: 1 } },
  );
}

/** The build of each function, by its logical id. */
export type Builds = Readonly<Record<string, string | undefined>>;

export async function buildsOf({ aws, deployed }: Pick<Stage, 'aws' | 'deployed'>): Promise<Builds> {
  const ids = ofType(deployed.template, 'AWS::Lambda::Function').map(({ id }) => id);
  return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await buildOf(aws, deployed, id)])));
}

async function buildOf({ lambda }: Stage['aws'], { world }: Deployed, id: string): Promise<string | undefined> {
  const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: world.ref(id) }));
  return configuration.Environment?.Variables?.['TICKOVER_BUILD'];
}
