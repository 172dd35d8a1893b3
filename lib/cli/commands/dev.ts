/**
 * The command `tickover dev`, in a checkout `npm start`: runs all services of the catalog on this machine until a
 * signal stops it.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import {
  countLine,
  type Database,
  keepServed,
  linePrinter,
  type Machine,
  openMachine,
  readCatalog,
  runMachine,
  scheduleLine,
} from '../../local/index.ts';
import { metricsServer, metricsSettings, prometheusObserver } from '../../prometheus/index.ts';
import type { Log } from '../../service/index.ts';
import { type DatabaseFlags, databaseOptions, oneLine, withDatabaseFlags } from '../database-flags.ts';
import { reportOutputLoss } from '../output.ts';
import { type StoppingCommand, stopOnSignal } from '../stopping.ts';

/**
 * The log of the process of `npm start` itself. It prints messages without their fields, and leaves out debug messages.
 */
const log: Log = {
  debug: () => {},
  info: (message) => console.log(message),
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

/** Makes the command `tickover dev`, which `npm start` runs too. */
export function devCommand(name = 'dev'): Command {
  return withDatabaseFlags(new Command(name).description('Runs all services on this machine.')).action(start);
}

async function start(flags: DatabaseFlags): Promise<void> {
  const observer = prometheusObserver();
  const metrics = metricsServer({ ...metricsSettings(process.env), registry: observer.registry, log });
  const logFile = join(flags.directory, 'log.jsonl');
  const onLine = linePrinter({ show: console.log, onLogLine: (line) => countLine(observer, line), logFile });
  const catalog = await readCatalog();
  for (const { text } of catalog.faults) showFault(`${text}; the other services run`);
  for (const { text } of catalog.unserved) showFault(text);
  if (catalog.entries.length === 0) throw new Error('no service can be run; add one to lib/services and functions');
  const machine = await openMachine({
    ...databaseOptions(flags),
    catalog: catalog.entries,
    variables: process.env,
    onLine,
    onFault: showFault,
  });
  let successor: Database | undefined;
  try {
    const stopping = stopOnSignal(console.log);
    reportOutputLoss({ onReaderGone: stopping.begin, show: console.error });
    introduce(machine, logFile);
    await metrics.start();
    successor = await runServed(machine, flags, stopping);
  } finally {
    await metrics.stop();
    await machine.close();
    await successor?.close();
  }
  console.log('stopped');
  process.exit();
}

/** Shows one line on standard error about a service that can't be run. The other services run. */
function showFault(fault: string): void {
  console.error(oneLine(fault));
}

/**
 * Runs the machine until the command is stopped. If another process serves the database and that process ends, this
 * process serves the database from then on. Returns the database that is in use at the end.
 */
async function runServed(machine: Machine, flags: DatabaseFlags, stopping: StoppingCommand): Promise<Database> {
  const ended = new AbortController();
  const parts = { signal: ended.signal, onNotice: console.log };
  const database = keepServed(machine.database, databaseOptions(flags), parts);
  database.catch(stopping.begin);
  await runMachine(machine, stopping, console.log);
  ended.abort();
  return database;
}

function introduce({ database, hosts, sampleRuns }: Machine, logFile: string): void {
  console.log(`DynamoDB at ${database.endpoint}`);
  console.log(`the whole log in ${logFile}; times are UTC; Ctrl+C stops`);
  if (sampleRuns > 0) console.log(`a new database: ${sampleRuns} sample flow runs loaded`);
  for (const { service } of hosts) console.log(`${service.name} ${scheduleLine(service)}`);
}
