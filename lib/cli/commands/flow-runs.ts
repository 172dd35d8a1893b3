/** The command `npm run flow-runs`: imports flow runs, and lists them. */
import { readFile } from 'node:fs/promises';
import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import {
  dynamoFlowRunStore,
  FLOW_RUNS_TABLE,
  type FlowRunStore,
  flowRunsTable,
  importFlowRuns,
  tableOf,
} from '../../flow-runs/index.ts';
import { ensureTable, isAwsEndpoint, openDatabase } from '../../local/index.ts';
import { toSafeCause } from '../../text/index.ts';
import { systemClock } from '../../time/index.ts';
import { type DatabaseFlags, databaseOptions, oneLine, useDatabase, withDatabaseFlags } from '../database-flags.ts';

interface Flags extends DatabaseFlags {
  readonly table: string;
}

const MOST_FAULTS_SHOWN = 20;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory, expected a file',
  EACCES: 'may not be read',
};

/** Makes the command `tickover flow-runs`. */
export function flowRunsCommand(): Command {
  const command = withDatabaseFlags(new Command('flow-runs'))
    .description('Imports flow runs as a Prefect server returns them, and lists them.')
    .configureHelp({ showGlobalOptions: true })
    .option('--table <name>', 'the table of flow runs', process.env['TICKOVER_FLOW_RUNS_TABLE'] || FLOW_RUNS_TABLE);
  command
    .command('import <file>')
    .description('reads a JSON array or JSON lines; a flow run that is stored in a newer state is kept')
    .option('--overwrite', 'replace newer states too', false)
    .action((file: string, { overwrite }: { overwrite: boolean }) => importFile(command.opts(), file, overwrite));
  command
    .command('list')
    .description('shows the flow runs, those to start first on top')
    .option('--state <name>', 'only those in the state of this name')
    .action(({ state }: { state?: string }) => list(command.opts(), state));
  return command;
}

async function importFile(flags: Flags, file: string, overwrite: boolean): Promise<void> {
  const text = await readText(file);
  await withStore(flags, async (store) => {
    const { written, kept, faults } = await importFlowRuns(store, text, { now: systemClock.now(), overwrite });
    for (const fault of faults.slice(0, MOST_FAULTS_SHOWN)) console.error(`${file}: ${fault}`);
    if (faults.length > MOST_FAULTS_SHOWN) console.error(`${file}: and ${faults.length - MOST_FAULTS_SHOWN} more`);
    const keptToo = kept === 0 ? '' : `, ${kept} kept as they are in a newer state (--overwrite replaces them)`;
    console.log(`${counted(written)} imported${keptToo}, ${faults.length} not understood`);
    if (faults.length > 0) process.exitCode = 1;
  });
}

async function list(flags: Flags, state: string | undefined): Promise<void> {
  await withStore(flags, async (store) => {
    const { runs, unreadable } = await store.list();
    const wanted = state?.toLowerCase();
    const listed = runs.filter((run) => wanted === undefined || run.state.name.toLowerCase() === wanted);
    if (listed.length > 0) console.log(tableOf(listed).join('\n'));
    console.log(`${counted(listed.length)}${state === undefined ? '' : ` in state ${state}`}`);
    for (const { error } of unreadable) console.error(oneLine(error));
    if (unreadable.length > 0) process.exitCode = 1;
  });
}

/**
 * Opens the database and does `work` with its store of flow runs. Makes the table of flow runs if it is missing, but
 * not on AWS, where the stack makes it.
 */
async function withStore(flags: Flags, work: (store: FlowRunStore) => Promise<void>): Promise<void> {
  const database = await openDatabase({ ...databaseOptions(flags), brief: true });
  try {
    useDatabase(database);
    const client = new DynamoDBClient({});
    if (!isAwsEndpoint(database.endpoint)) await ensureTable(client, flowRunsTable(flags.table));
    await work(dynamoFlowRunStore(client, flags.table));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new Error(`${database.endpoint}: there is no table ${flags.table}; deploy the stack, or name another`, {
      cause: toSafeCause(error),
    });
  } finally {
    await database.close();
  }
}

async function readText(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(`${file}: ${REASONS[code ?? ''] ?? oneLine(error)}`, { cause: toSafeCause(error) });
  }
  if (text.trim() === '') throw new Error(`${file}: is empty, expected flow runs as a JSON array or JSON lines`);
  return text;
}

function counted(count: number): string {
  return count === 1 ? '1 flow run' : `${count} flow runs`;
}
