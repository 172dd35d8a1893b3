/**
 * The command `npx tickover repair SERVICE`: shows what is damaged in the state item of a service, and repairs the item
 * if a person confirms it.
 */
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { openDatabase, STATE_TABLE } from '../../local/index.ts';
import {
  describeAttributes,
  documentClient,
  type RepairPlan,
  type StateRepairs,
  stateRepairs,
} from '../../store/index.ts';
import { toSafeCause } from '../../text/index.ts';
import { systemClock, toIso } from '../../time/index.ts';
import { isConfirmed } from '../confirm.ts';
import { type DatabaseFlags, databaseOptions, useDatabase, withDatabaseFlags } from '../database-flags.ts';

interface Flags extends DatabaseFlags {
  readonly table: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Makes the command `tickover repair`. */
export function repairCommand(): Command {
  return withDatabaseFlags(
    new Command('repair')
      .description('Shows what is damaged in the stored state of a service, and repairs it after a confirmation.')
      .argument('<service>', 'its name')
      .option('--table <name>', 'the state table', process.env['TICKOVER_TABLE'] || STATE_TABLE)
      .option('--yes', 'repair it without asking', false)
      .option('--json', 'print everything as one line of JSON', false)
      .addHelpText(
        'after',
        [
          '',
          'The damaged item is kept in the table for 30 days, as REPAIR#<time>. A fresh one takes its place, paused.',
          'On AWS pass --endpoint https://dynamodb.REGION.amazonaws.com and --table. The command needs the rights',
          'GetItem, Query, PutItem and UpdateItem on the table.',
        ].join('\n'),
      ),
  ).action((service: string, flags: Flags) => withRepairs(flags, (repairs) => repair(repairs, service, flags)));
}

async function repair(repairs: StateRepairs, service: string, { yes, json }: Flags): Promise<void> {
  const plan = await repairs.examine(service, systemClock.now());
  if (plan === undefined) throw new Error(`${service}: nothing is stored for it; there is nothing to repair`);
  const isDamaged = plan.damage.length > 0;
  if (!json) show(service, plan);
  const question = {
    subject: service,
    text: 'Repair it?',
    withYes: '--yes repairs it',
    nothing: 'nothing was changed',
  };
  const isWanted = isDamaged && (yes || (!json && (await isConfirmed(question))));
  const done = isWanted ? await repairs.repair(service, plan, systemClock.now()) : undefined;
  if (json) console.log(JSON.stringify(answerOf(service, done ?? plan, done !== undefined)));
  else if (done !== undefined) console.log(`${service}: repaired and paused; ${howToResume(service, done)}`);
  if (isWanted && done === undefined)
    throw new Error(`${service}: its state has changed meanwhile; nothing was repaired, run the command again`);
  if (isDamaged && done === undefined) process.exitCode = 1;
}

function answerOf(service: string, { damage, fresh, runningUntil }: RepairPlan, repaired: boolean) {
  const plan = { fresh: describeAttributes(fresh), runningUntil: runningUntil && toIso(runningUntil) };
  return { service, damage, ...(damage.length === 0 ? {} : plan), repaired };
}

function show(service: string, { damage, fresh, runningUntil }: RepairPlan): void {
  if (damage.length === 0) {
    console.log(`${service}: its state is sound; there is nothing to repair`);
    return;
  }
  console.log(`${service}: its state is damaged:`);
  for (const { attribute, fault } of damage) console.log(`  ${attribute}: ${fault}`);
  console.log('A repair keeps this item for 30 days, as REPAIR#<time>, and writes a fresh one in its place, paused:');
  for (const [attribute, value] of Object.entries(describeAttributes(fresh))) console.log(`  ${attribute}: ${value}`);
  console.log('Track record, streak, halt, backoff and run history start empty. No run is counted as crashed.');
  if (runningUntil !== undefined)
    console.log(`A run may be under way until ${toIso(runningUntil)}: its end will not be written.`);
}

function howToResume(service: string, { runningUntil }: RepairPlan): string {
  const when = runningUntil === undefined ? '' : ` after ${toIso(runningUntil)}, when no earlier run can be under way`;
  const onAws = 'on AWS: invoke its function with {"action":"resume"}';
  return `check the service, then resume it${when}: npx tickover invoke ${service} resume (${onAws})`;
}

async function withRepairs(flags: Flags, work: (repairs: StateRepairs) => Promise<void>): Promise<void> {
  const database = await openDatabase({ ...databaseOptions(flags), brief: true });
  try {
    useDatabase(database);
    await work(stateRepairs(documentClient(), flags.table));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new Error(`${database.endpoint}: there is no table ${flags.table}; name the state table by --table`, {
      cause: toSafeCause(error),
    });
  } finally {
    await database.close();
  }
}
