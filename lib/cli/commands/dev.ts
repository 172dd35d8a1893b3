/**
 * The command `tickover dev`, in a checkout `npm start`: runs all services of a directory on this machine until a
 * signal stops it, and reloads those that change.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import {
  countLine,
  type Database,
  findServices,
  keepReloading,
  keepServed,
  linePrinter,
  type Machine,
  openMachine,
  runMachine,
  scheduleLine,
} from '../../local/index.ts';
import { metricsServer, metricsSettings, prometheusObserver } from '../../prometheus/index.ts';
import type { Log } from '../../service/index.ts';
import { printable } from '../../text/index.ts';
import { systemClock } from '../../time/index.ts';
import { databaseOptions, oneLine } from '../database-flags.ts';
import { reportOutputLoss } from '../output.ts';
import { type ServicesFlags, servicesDirectory, withServicesFlags } from '../services-flags.ts';
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
  return withServicesFlags(
    new Command(name).description('Runs all services on this machine, and reloads those whose files change.'),
  ).action(start);
}

async function start(flags: ServicesFlags): Promise<void> {
  const observer = prometheusObserver();
  const metrics = metricsServer({ ...metricsSettings(process.env), registry: observer.registry, log });
  const logFile = join(flags.directory, 'log.jsonl');
  const onLine = linePrinter({ show: console.log, onLogLine: (line) => countLine(observer, line), logFile });
  const directory = servicesDirectory(flags);
  const readAt = systemClock.now();
  const { entries: catalog, faults } = await findServices(directory);
  for (const { text } of faults) showFault(`${text}; the other services run`);
  if (catalog.length === 0) throw new Error('no service can be run; mend one of them');
  const machine = await openMachine({
    ...databaseOptions(flags),
    catalog,
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
    const reloading = { directory, catalog, faults, readAt, clock: systemClock, closing: stopping.closing };
    successor = await runServed(machine, { flags, stopping, reloading });
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

interface Served {
  readonly flags: ServicesFlags;
  readonly stopping: StoppingCommand;
  readonly reloading: Omit<Parameters<typeof keepReloading>[2], 'show'>;
}

/**
 * Runs the machine until the command is stopped. If another process serves the database and that process ends, this
 * process serves the database from then on. Returns the database that is in use at the end.
 */
async function runServed(machine: Machine, { flags, stopping, reloading }: Served): Promise<Database> {
  const ended = new AbortController();
  const parts = { signal: ended.signal, onNotice: console.log };
  const database = keepServed(machine.database, databaseOptions(flags), parts);
  database.catch(stopping.begin);
  const show = (line: string) => console.log(printable(line));
  await runMachine(machine, stopping, {
    show: console.log,
    beside: (runner) => keepReloading(machine, runner, { ...reloading, show }),
  });
  ended.abort();
  return database;
}

function introduce({ database, hosts, sampleRuns }: Machine, logFile: string): void {
  console.log(`DynamoDB at ${database.endpoint}`);
  console.log(`the whole log in ${logFile}; times are UTC; Ctrl+C stops`);
  if (sampleRuns > 0) console.log(`a new database: ${sampleRuns} sample flow runs loaded`);
  for (const { service } of hosts) console.log(`${service.name} ${scheduleLine(service)}`);
}
