/**
 * The command `npx tickover invoke SERVICE [PAYLOAD]`: invokes the function of a service once. To standard output it
 * prints only the answer of the function.
 */
import { Command } from 'commander';
import {
  checkInvocation,
  findServices,
  forwardStopping,
  openMachine,
  readLogLine,
  shownAs,
} from '../../local/index.ts';
import { databaseOptions } from '../database-flags.ts';
import { type ServicesFlags, servicesDirectory, withServicesFlags } from '../services-flags.ts';
import { stopOnSignal } from '../stopping.ts';

interface Flags extends ServicesFlags {
  readonly input?: string;
  readonly verbose: boolean;
}

/** Makes the command `tickover invoke`. */
export function invokeCommand(): Command {
  return withServicesFlags(new Command('invoke'))
    .description('Invokes a service once, by hand, and prints its answer.')
    .argument('<service>', 'its name')
    .argument('[payload]', 'the event as JSON, or the name of an action: run-once, status, resume', 'run-once')
    .option('--input <json>', 'the input of a run, as JSON')
    .option('--verbose', "the function's whole log on standard error", false)
    .action(invoke);
}

async function invoke(service: string, payload: string, flags: Flags): Promise<void> {
  const found = await findServices(servicesDirectory(flags));
  const event = checkInvocation(found, { service, payload, input: flags.input });
  const machine = await openMachine({
    ...databaseOptions(flags),
    brief: true,
    catalog: found.entries,
    services: [service],
    variables: process.env,
    onLine: flags.verbose ? console.error : showPrints,
  });
  try {
    forwardStopping(machine.hosts, stopOnSignal(console.error));
    for (const host of machine.hosts) console.log(JSON.stringify(await host.invoke(event), null, 2));
  } finally {
    await machine.close();
  }
  process.exit();
}

/**
 * Shows a line of the function's log on standard error, as `npm start` shows it. The line of a tick is left out, since
 * the printed answer contains the same facts.
 */
function showPrints(line: string): void {
  const logLine = readLogLine(line);
  if (logLine.kind !== 'tick') for (const text of shownAs(logLine)) console.error(text);
}
