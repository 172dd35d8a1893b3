/**
 * The command `tickover`. Each of its subcommands has a file of its own in `commands`, which is loaded only if the
 * subcommand is run or the help is shown.
 */
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { runCommand } from './database-flags.ts';

/** Loads each subcommand, by its name. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./commands/init.ts')).initCommand(),
  dev: async () => (await import('./commands/dev.ts')).devCommand(),
  invoke: async () => (await import('./commands/invoke.ts')).invokeCommand(),
  'flow-runs': async () => (await import('./commands/flow-runs.ts')).flowRunsCommand(),
  forget: async () => (await import('./commands/forget.ts')).forgetCommand(),
  repair: async () => (await import('./commands/repair.ts')).repairCommand(),
};

const [, , word = ''] = process.argv;
const load = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
const { version } = createRequire(import.meta.url)('tickover/package.json') as { readonly version: string };

async function program(): Promise<Command> {
  const made = new Command('tickover')
    .description('Runs, invokes and repairs small periodic services.')
    .version(version)
    .showHelpAfterError('(--help shows what is possible)');
  for (const make of load === undefined ? Object.values(COMMANDS) : [load]) made.addCommand(await make());
  return made;
}

await runCommand(load === undefined ? 'tickover' : `tickover ${word}`, program);
