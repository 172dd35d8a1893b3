/**
 * The code that all commands share: the flags that name a database, and the function that runs a command and reports
 * its error.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { type Database, type DatabaseOptions, localCredentials, withoutCredentials } from '../local/index.ts';
import { variableFaults } from '../service/index.ts';
import { cut, guardOutput, mask, printable, withoutUndefined } from '../text/index.ts';

/** The values of the flags that name a database. */
export interface DatabaseFlags {
  readonly endpoint?: string;
  readonly directory: string;
  readonly port?: number;
}

/** The greatest length of an error message that a command prints, in bytes; the rest of a longer one is left out. */
const LONGEST_LINE = 2_000;

/** Adds the flags that name a database to a command. */
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

/**
 * Sets environment variables of this process so that every DynamoDB client that the process makes uses the database. If
 * another process serves the database, placeholders replace the AWS credentials of the user.
 */
export function useDatabase({ endpoint, shared }: Database): void {
  if (shared) {
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
    Object.assign(process.env, withoutCredentials({}));
  }
  Object.assign(process.env, localCredentials(endpoint, process.env));
}

/** Keeps the AWS SDK from printing a notice that its future versions need a newer Node. */
function silenceSdkNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/**
 * Parses the arguments of the process and runs the command. If the command fails, one line is printed and the process
 * ends with code 1. This also holds for an error that no code catches, such as that of the embedded database if its
 * files can't be written.
 */
export async function runCommand(command: Command): Promise<void> {
  guardOutput([process.stdout, process.stderr]);
  // No other user may read the files that this process makes, including those of the database.
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

/**
 * Throws if the name of an environment variable is almost the name of a variable of Tickover, since a misspelled
 * variable would have no effect.
 * @throws Error which names every such variable
 */
function refuseNearMisses(): void {
  const faults = variableFaults(Object.keys(process.env));
  if (faults.length > 0) throw new Error(`environment: ${faults.join('; ')}`);
}

/** Prints in one line on standard error why the command failed, and ends the process with code 1. */
function fail(command: string, error: unknown): never {
  console.error(`${command}: ${oneLine(error)}`);
  process.exit(1);
}

/**
 * The message of an error as one line for a terminal. Credentials are masked, control characters are made harmless, and
 * only the first LONGEST_LINE bytes are kept.
 */
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
