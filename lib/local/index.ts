export { isAwsEndpoint, localCredentials } from './credentials.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { shownAs } from './display.ts';
export { countLine } from './log-figures.ts';
export { type LogLine, readLogLine } from './log-line.ts';
export { type Machine, openMachine } from './machine.ts';
export { lineTeller, runMachine } from './run-machine.ts';
export { loadSample } from './sample.ts';
export { ensureTable } from './tables.ts';
