/** What all commands share: the flags that name a database, and the handling of errors. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import { type Database, type DatabaseOptions, localCredentials, withoutCredentials } from '../local/index.ts';
import { variableFaults } from '../service/index.ts';
import { cut, guardOutput, mask, printable, toSafeCause, withoutUndefined } from '../text/index.ts';

export interface DatabaseFlags {
  readonly endpoint?: string;
  readonly directory: string;
  readonly port?: number;
}

/** The most bytes of an error message that a command prints. */
const LONGEST_LINE = 2_000;

export function withDatabaseFlags(command: Command): Command {
  return command
    .showHelpAfterError('(--help shows what is possible)')
    .option('--endpoint <url>', 'another DynamoDB than the embedded one', parseEndpoint)
    .option('--directory <dir>', 'where the embedded DynamoDB keeps its data', '.tickover')
    .option('--port <port>', 'the port of the embedded DynamoDB (default: any free one)', parsePort);
}

export function databaseOptions({ endpoint, directory, port }: DatabaseFlags): DatabaseOptions {
  return withoutUndefined({ directory, endpoint, port });
}

/**
 * Sets environment variables so that every DynamoDB client of this process uses the database. If another process serves
 * it, placeholders replace the AWS credentials of the user.
 */
export function useDatabase({ endpoint, shared }: Database): void {
  if (shared) {
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
    Object.assign(process.env, withoutCredentials({}));
  }
  Object.assign(process.env, localCredentials(endpoint, process.env));
}

function silenceSdkNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/** The permissions that new files of the user get. Commands narrow them for the files of the local database. */
export const USERS_UMASK = process.umask();

/**
 * Runs a command with the arguments of the process, and with the variables in the file `.env` of the working directory.
 * After any error, also an uncaught one, prints one line and exits with code 1.
 * @param name the name with which that line begins
 * @param make makes the command, which may read environment variables for that
 */
export async function runCommand(name: string, make: () => Command | Promise<Command>): Promise<void> {
  guardOutput([process.stdout, process.stderr]);
  // Makes all files of this process, such as those of the database, readable for this user only.
  process.umask(0o077);
  silenceSdkNotice();
  process.on('uncaughtException', (error) => fail(name, error));
  try {
    loadVariables('.env');
    refuseNearMisses();
    await (await make()).parseAsync();
  } catch (error) {
    fail(name, error);
  }
}

/**
 * Sets the environment variables in a file, without those that are set already.
 * @throws Error if the file can't be read; a file that doesn't exist is left out
 */
function loadVariables(file: string): void {
  if (!existsSync(file)) return;
  try {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) process.env[name] ??= value;
  } catch (error) {
    throw new Error(`${file}: it can't be read (${oneLine(error)}); nothing was started`, {
      cause: toSafeCause(error),
    });
  }
}

/**
 * Refuses environment variables whose names are almost those of Tickover, since a misspelled variable would have no
 * effect.
 * @throws Error which names every such variable
 */
function refuseNearMisses(): void {
  const faults = variableFaults(Object.keys(process.env));
  if (faults.length > 0) throw new Error(`environment: ${faults.join('; ')}`);
}

function fail(command: string, error: unknown): never {
  console.error(`${command}: ${oneLine(error)}`);
  process.exit(1);
}

/**
 * The message of an error as one line for a terminal, at most LONGEST_LINE bytes, with credentials masked and control
 * characters replaced.
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
