/** The flag that names the directory of the services, and the project's own setting of it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isRecord, showValue, toSafeCause } from '../text/index.ts';
import { type DatabaseFlags, withDatabaseFlags } from './database-flags.ts';

export interface ServicesFlags extends DatabaseFlags {
  readonly services?: string;
}

const DEFAULT = 'services';
const SETTING = 'package.json: tickover.services';

export function withServicesFlags(command: Command): Command {
  return withDatabaseFlags(
    command.option(
      '--services <dir>',
      `the directory with a file for each service (default: "tickover": {"services": DIR} of package.json, else ${DEFAULT})`,
    ),
  );
}

/**
 * Returns the absolute path of the directory with the services: that of the flag, else that in the package.json of the
 * working directory, else `services`.
 * @throws Error if the setting in package.json is no path
 */
export function servicesDirectory({ services }: ServicesFlags): string {
  return resolve(services ?? settingIn('package.json') ?? DEFAULT);
}

/** The directory that a package.json names; `undefined` if there is no such file or it names none. */
function settingIn(file: string): string | undefined {
  const content = contentOf(file);
  const tickover = isRecord(content) ? content['tickover'] : undefined;
  const services = isRecord(tickover) ? tickover['services'] : undefined;
  if (services === undefined || (typeof services === 'string' && services !== '')) return services;
  throw new Error(`${SETTING}: expected the path of a directory, got ${showValue(services)}`);
}

function contentOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected JSON; nothing was started`, { cause: toSafeCause(error) });
  }
}
