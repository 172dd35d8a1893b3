/** The command `npm start` of this project's own checkout. */
import { devCommand } from './commands/dev.ts';
import { runCommand } from './database-flags.ts';

await runCommand('start', () => devCommand('start'));
