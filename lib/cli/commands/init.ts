/** The command `tickover init`: writes a first service, its test and a CDK app into a new or an existing project. */
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { USERS_UMASK } from '../database-flags.ts';
import { choose, type InitFlags } from '../init/choose.ts';
import { examineProject } from '../init/project.ts';
import { type OwnManifest, writeProject } from '../init/write-project.ts';
import { ask } from '../question.ts';

interface Flags extends InitFlags {
  readonly yes: boolean;
}

/** Makes the command `tickover init`. */
export function initCommand(): Command {
  return new Command('init')
    .description('Writes a first service, its test and a CDK app into a new or an existing project.')
    .argument('[dir]', 'the directory of the project', '.')
    .option('--yes', 'ask nothing', false)
    .option('--name <name>', "the name of a new project and of its stack (default: package.json's, or the directory's)")
    .showHelpAfterError('(--help shows what is possible)')
    .addHelpText('after', '\nA file that exists is kept; package.json and .gitignore get the lines that they lack.')
    .action(init);
}

async function init(directory: string, flags: Flags): Promise<void> {
  process.umask(USERS_UMASK);
  const project = examineProject(directory, process.env['npm_config_user_agent']);
  const isAsking = !flags.yes && process.stdin.isTTY && process.stdout.isTTY;
  const choices = await choose(project, flags, isAsking ? ask : undefined);
  const own = createRequire(import.meta.url)('tickover/package.json') as OwnManifest;
  for (const line of writeProject(project, choices, own)) console.log(line);
}
