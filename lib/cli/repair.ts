/** The command `npm run repair` of this project's own checkout. */
import { repairCommand } from './commands/repair.ts';
import { runCommand } from './database-flags.ts';

await runCommand('repair', repairCommand);
