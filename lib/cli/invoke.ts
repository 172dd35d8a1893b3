/** The command `npm run invoke` of this project's own checkout. */
import { invokeCommand } from './commands/invoke.ts';
import { runCommand } from './database-flags.ts';

await runCommand('invoke', invokeCommand);
