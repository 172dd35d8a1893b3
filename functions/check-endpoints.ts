import { scheduledHandler } from '../lib/lambda/index.ts';
import { checkEndpoints } from '../lib/services/check-endpoints.ts';

export const handler = scheduledHandler(checkEndpoints);
