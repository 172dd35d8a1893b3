/** The code that the commands share: the flags for a database, and the printing of a failure. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Database, type DatabaseOptions, localCredentials, withoutCredentials } from '../local/index.ts';
import { variableFaults } from '../service/index.ts';
import { cut, guardOutput, mask, printable, withoutUndefined } from '../text/index.ts';

/** The flags that name a database. */
export interface DatabaseFlags {
  readonly endpoint?: string;
  readonly directory: string;
  readonly port?: number;
}

/** The greatest length of a printed error, in characters. */
const LONGEST_LINE = 2_000;

/** Adds the flags that name a database. */
export function withDatabaseFlags(command: Command): Command {
  return command
    .showHelpAfterError('(--help shows what is possible)')
    .option('--endpoint <url>', 'another DynamoDB than the embedded one', parseEndpoint)
    .option('--directory <dir>', 'where the embedded DynamoDB keeps its data', '.tickover')
    .option('--port <port>', 'the port of the embedded DynamoDB (default: any free one)', parsePort);
}

/** Converts the flags to options for `openDatabase`. */
export function databaseOptions({ endpoint, directory, port }: DatabaseFlags): DatabaseOptions {
  return withoutUndefined({ directory, endpoint, port });
}

/** Sets the environment of this process so that every client uses the database. */
export function useDatabase({ endpoint, shared }: Database): void {
  if (shared) {
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
    Object.assign(process.env, withoutCredentials({}));
  }
  Object.assign(process.env, localCredentials(endpoint, process.env));
}

/** Keeps the SDK from printing a notice about the version of Node that it will need. */
function silenceSdkNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/**
 * Parses the arguments of the process and runs the command. An error ends the process, even if no code catches it: the
 * embedded database throws such an error if its files can't be written.
 */
export async function runCommand(command: Command): Promise<void> {
  guardOutput([process.stdout, process.stderr]);
  // Only this user may read the files that the process writes, including those of the database.
  process.umask(0o077);
  silenceSdkNotice();
  process.on('uncaughtException', (error) => fail(command.name(), error));
  try {
    refuseNearMisses();
    await command.parseAsync();
  } catch (error) {
    fail(command.name(), error);
  }
}

/** Refuses a variable whose name is nearly one of Tickover's: a misspelled variable would have no effect. */
function refuseNearMisses(): void {
  const faults = variableFaults(Object.keys(process.env));
  if (faults.length > 0) throw new Error(`environment: ${faults.join('; ')}`);
}

/** Prints in one line why a command failed, and ends the process. */
function fail(command: string, error: unknown): never {
  console.error(`${command}: ${oneLine(error)}`);
  process.exit(1);
}

/** An error as one line for a terminal: credentials are masked, and control characters have no effect. */
export function oneLine(error: unknown): string {
  const { message, code, name } = (error ?? {}) as { message?: string; code?: string; name?: string };
  return printable(cut(mask(message || code || name || String(error)), LONGEST_LINE));
}

function parseEndpoint(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected an http or https URL');
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('expected a port from 0 to 65535');
}
