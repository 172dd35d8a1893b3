import { scheduledHandler } from '../lib/lambda/index.ts';
import { markLateRuns } from '../lib/services/mark-late-runs.ts';

export const handler = scheduledHandler(markLateRuns);
