/** `npm run repair -- SERVICE`: shows what is wrong with the state of a service, and mends it once that is confirmed. */
import { createInterface } from 'node:readline/promises';
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { localCredentials, openDatabase, STATE_TABLE } from '../local/index.ts';
import { type Change, describeChange, documentClient, stateRepairs } from '../store/index.ts';
import { systemClock } from '../time/index.ts';
import { type DatabaseFlags, databaseOptions, fail, silenceSdkNotice, withDatabaseFlags } from './database-flags.ts';

interface Flags extends DatabaseFlags {
  readonly table: string;
  readonly yes: boolean;
  readonly json: boolean;
}

type Repairs = ReturnType<typeof stateRepairs>;

silenceSdkNotice();
const program = withDatabaseFlags(
  new Command('repair')
    .description('Shows what is wrong with the state of a service, and mends it once that is confirmed.')
    .argument('<service>', 'its name')
    .option('--table <name>', 'the state table', process.env['TICKOVER_TABLE'] || STATE_TABLE)
    .option('--yes', 'mend it without asking', false)
    .option('--json', 'tell everything as one line of JSON', false)
    .addHelpText(
      'after',
      '\nThe state as it was is kept in the table, as REPAIR#<time>, for 30 days. On AWS name the region by --endpoint' +
        '\nhttps://dynamodb.REGION.amazonaws.com and the table by --table; it takes GetItem, Query, PutItem and UpdateItem on it.',
    ),
);
program.action(async (service: string) => {
  try {
    await withRepairs(program.opts(), (repairs) => repair(repairs, service, program.opts()));
  } catch (error) {
    fail('repair', error);
  }
});
await program.parseAsync();

async function repair(repairs: Repairs, service: string, { yes, json }: Flags): Promise<void> {
  const changes = await repairs.examine(service, systemClock.now());
  if (changes === undefined) throw new Error(`${service}: nothing is stored of it; there is nothing to mend`);
  if (!json) show(service, changes);
  const isWanted = changes.length > 0 && (yes || (!json && (await isConfirmed(service))));
  const isDone = isWanted && (await repairs.repair(service, changes, systemClock.now()));
  if (json) console.log(JSON.stringify({ service, changes: changes.map(describeChange), repaired: isDone }));
  else if (isDone) console.log(`${service}: mended; its next tick runs unless it is paused, halted or under a lease`);
  if (isWanted && !isDone)
    throw new Error(`${service}: its state has changed meanwhile; nothing was mended, look again`);
  if (changes.length > 0 && !isDone) process.exitCode = 1;
}

function show(service: string, changes: readonly Change[]): void {
  if (changes.length === 0) {
    console.log(`${service}: its state is sound; there is nothing to mend`);
    return;
  }
  console.log(`${service}: its state is damaged; this would mend it:`);
  for (const change of changes.map(describeChange)) {
    console.log(`  ${change.attribute}: ${change.from ?? 'none'} -> ${change.to ?? 'none'}`);
    console.log(`    because ${change.why}`);
  }
}

async function isConfirmed(service: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(`${service}: nothing was changed; --yes mends it`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl+C and Ctrl+D close the terminal, and would leave the question open for ever.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const answer = await terminal.question('Mend it? [y/N] ', { signal: closed.signal }).catch(() => '');
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  console.error(`${service}: nothing was changed`);
  return false;
}

async function withRepairs(flags: Flags, work: (repairs: Repairs) => Promise<void>): Promise<void> {
  const database = await openDatabase({ ...databaseOptions(flags), brief: true });
  try {
    Object.assign(process.env, localCredentials(database.endpoint, process.env));
    await work(stateRepairs(documentClient(), flags.table));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new Error(`${database.endpoint}: there is no table ${flags.table}; name the state table by --table`, {
      cause: error,
    });
  } finally {
    await database.close();
  }
}
