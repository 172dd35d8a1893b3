/** The command `tickover forget NAME`: deletes what a removed service left in the state table. */
import { Command } from 'commander';
import { createClient } from '../../client/index.ts';
import { type Database, findServices, openDatabase, STATE_TABLE } from '../../local/index.ts';
import { readProperty, toSafeCause } from '../../text/index.ts';
import { isConfirmed } from '../confirm.ts';
import { databaseOptions } from '../database-flags.ts';
import { type ServicesFlags, servicesDirectory, withServicesFlags } from '../services-flags.ts';

interface Flags extends ServicesFlags {
  readonly table: string;
  readonly yes: boolean;
}

/** Makes the command `tickover forget`. */
export function forgetCommand(): Command {
  return withServicesFlags(
    new Command('forget')
      .description('Deletes what a removed service left in the state table, after a confirmation.')
      .argument('<service>', 'its name')
      .option('--table <name>', 'the state table', process.env['TICKOVER_TABLE'] || STATE_TABLE)
      .option('--yes', 'delete it without asking', false)
      .addHelpText(
        'after',
        [
          '',
          'A service that still runs is refused. On AWS pass --endpoint https://dynamodb.REGION.amazonaws.com and',
          '--table.',
        ].join('\n'),
      ),
  ).action(forget);
}

async function forget(service: string, flags: Flags): Promise<void> {
  const { table, yes } = flags;
  const database = await openDatabase({ ...databaseOptions(flags), brief: true });
  try {
    await refuseIfDefined(service, flags, database);
    console.log(`${service}: its state, its run records and what the watchdog knows of it in the table ${table}`);
    const text = 'Delete them?';
    const question = { subject: service, text, withYes: '--yes deletes them', nothing: 'nothing was deleted' };
    if (!yes && !(await isConfirmed(question))) {
      process.exitCode = 1;
      return;
    }
    const client = createClient({ table, endpoint: database.endpoint });
    const { deleted } = await client.forget(service, { confirm: service }).catch((error: unknown) => {
      throw isLocal(database) ? inWordsOfOneMachine(error) : error;
    });
    console.log(`${service}: forgotten; ${deleted === 1 ? '1 item was' : `${deleted} items were`} deleted`);
  } finally {
    await database.close();
  }
}

/**
 * Refuses a service that a file of the project still defines. With `--endpoint` the project's files say nothing about
 * the table.
 * @throws Error which says what to do first
 */
async function refuseIfDefined(service: string, flags: Flags, database: Database): Promise<void> {
  if (!isLocal(database)) return;
  const { entries, faults } = await findServices(servicesDirectory(flags)).catch(() => ({ entries: [], faults: [] }));
  const names = [...entries.map((entry) => entry.service.name), ...faults.map(({ name }) => name)];
  if (!names.includes(service)) return;
  throw new Error(`${service}: the project still has its file; nothing was deleted; delete the file first`);
}

function isLocal({ embedded, shared }: Database): boolean {
  return embedded || shared;
}

/** On one machine nothing is deployed: the watchdog of `tickover dev` notices that a service is gone. */
function inWordsOfOneMachine(error: unknown): unknown {
  if (!(error instanceof Error) || readProperty(error, 'code') !== 'refused') return error;
  const next = 'let `tickover dev` run without it for a minute first';
  const what = error.message.replace('still deployed', 'still watched');
  return new Error(what.replace('take it out of the stack and deploy first', next), { cause: toSafeCause(error) });
}
