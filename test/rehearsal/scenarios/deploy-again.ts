/** The stack, deployed again under its name on the tables that the first one left. */
import { holds, type Stage, steer, tick } from '../stage.ts';
import { ofType, type Template } from '../template.ts';
import { takenDown } from './take-down.ts';

/** The newest tick that steered and bystander decided before the stack was taken down. */
const DECIDED = 12;

/** Plays on a stack that was made with the tables of an earlier one, and takes it down. */
export async function onKeptTables(
  stage: Stage & { readonly whole: Template },
  tables: readonly string[],
): Promise<void> {
  holds(
    stage.transcript,
    'the tables that the new stack made',
    { made: ofType(stage.whole, 'AWS::DynamoDB::Table').length },
    { made: 0 },
  );
  steer(stage, 200);
  const duplicate = { disposition: 'skipped', reason: 'duplicate', outcome: null };
  await tick(stage, { service: 'steered', number: DECIDED }, { answer: duplicate });
  const ran = { disposition: 'ran', outcome: 'succeeded', fence: DECIDED + 1 };
  await tick(stage, { service: 'steered', number: DECIDED + 1 }, { answer: ran });
  const halted = { disposition: 'skipped', reason: 'halted' };
  await tick(stage, { service: 'bystander', number: DECIDED + 1 }, { answer: halted });
  await takenDown(stage, tables);
}
