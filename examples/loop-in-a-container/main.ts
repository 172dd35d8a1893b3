import { runLoop } from 'tickover';
import refreshRates from './services/refresh-rates.js';

// SIGTERM, as `docker stop` sends it, ends the loop after the run that is under way.
await runLoop(refreshRates, { log: console, maxDuration: '20s', surroundings: { env: process.env } });
