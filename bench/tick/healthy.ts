import { scheduledHandler } from '../../lib/lambda/index.ts';
import { healthy } from './service.ts';

export const handler = scheduledHandler(healthy);
