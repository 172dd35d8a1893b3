export { isAwsEndpoint, localCredentials } from './credentials.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { DatabaseError, type DatabaseErrorCode } from './database-error.ts';
export { loadSample } from './sample.ts';
export { ensureTable } from './tables.ts';
