/** The command `npm run flow-runs` of this project's own checkout. */
import { flowRunsCommand } from './commands/flow-runs.ts';
import { runCommand } from './database-flags.ts';

await runCommand('flow-runs', flowRunsCommand);
