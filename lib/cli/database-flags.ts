/** What the commands have in common: which database, and how a failure is told. */
import { type Command, InvalidArgumentError } from 'commander';
import { type DatabaseOptions, oneLine } from '../local/index.ts';
import type { Log } from '../service/index.ts';

/** The flags that name a database. */
export interface DatabaseFlags {
  readonly endpoint?: string;
  readonly directory: string;
  readonly port?: number;
}

/** Where the embedded database keeps its data unless told otherwise. */
const DIRECTORY = '.tickover';

/** The command with the flags that name a database. */
export function withDatabaseFlags(command: Command): Command {
  return command
    .showHelpAfterError('(--help tells what is possible)')
    .option('--endpoint <url>', 'another DynamoDB than the embedded one', parseEndpoint)
    .option('--directory <dir>', 'where the embedded DynamoDB keeps its data', DIRECTORY)
    .option('--port <port>', 'the port of the embedded DynamoDB (default: any free one)', parsePort);
}

/** The flags as the database takes them. */
export function databaseOptions({ endpoint, directory, port }: DatabaseFlags): DatabaseOptions {
  return { directory, ...(endpoint === undefined ? {} : { endpoint }), ...(port === undefined ? {} : { port }) };
}

/** Keeps the SDK from telling at every start which version of Node it will want one day. */
export function silenceSdkNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/** Says in one line why a command failed, and ends it. */
export function fail(command: string, error: unknown): never {
  console.error(`${command}: ${oneLine(error)}`);
  process.exit(1);
}

/** A log for a command: messages without fields; nothing for debugging. */
export const plainLog: Log = {
  debug: () => {},
  info: (message) => console.log(message),
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

function parseEndpoint(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected an http or https URL');
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('expected a port from 0 to 65535');
}
