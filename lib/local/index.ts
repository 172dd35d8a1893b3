export { type Database, type DatabaseOptions, openDatabase } from './database/database.ts';
export { keepServed } from './database/succession.ts';
export { ensureTable } from './database/tables.ts';
export { shownAs } from './display/display.ts';
export { countLine, type LogLine, readLogLine } from './display/log-line.ts';
export { scheduleText } from './display/schedule-text.ts';
export { isAwsEndpoint, localCredentials, STATE_TABLE } from './functions/environment.ts';
export { loadSample, type Machine, openMachine } from './machine.ts';
export { forwardStopping, linePrinter, runMachine, type Stopping } from './run-machine.ts';
