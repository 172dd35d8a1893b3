import { scheduledHandler } from '../lib/lambda/index.ts';
import { watchServices } from '../lib/services/watch-services.ts';

export const handler = scheduledHandler(watchServices);
