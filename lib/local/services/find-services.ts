/** Finds the services of a directory: each file holds one, or the handler of one. */
import { existsSync } from 'node:fs';
import { basename, extname, relative } from 'node:path';
import {
  type Definition,
  findServiceFiles,
  type HandlerSource,
  listServiceFiles,
  readEachDefinition,
} from '../../bundling/index.ts';
import { ownFile, type Service } from '../../service/index.ts';
import { watchServices } from '../../services/watch-services.ts';
import { escaped, showValue } from '../../text/index.ts';

/** A service that can be run on one machine. */
export interface ServiceEntry {
  readonly service: Service;
  /** Where its handler comes from. */
  readonly source: HandlerSource;
}

/** What is wrong with one file, as one line of text. */
export interface FileFault {
  /** The absolute path of the file. */
  readonly file: string;
  /** The name of the file without its extension, which is the name that its service should have. */
  readonly name: string;
  readonly text: string;
}

/** All services that could be read, and the faults of the files that could not. */
export interface FoundServices {
  readonly entries: readonly ServiceEntry[];
  readonly faults: readonly FileFault[];
}

/** The watchdog of Tickover itself. It runs beside the services of a directory that has no service of its name. */
const WATCHDOG: ServiceEntry = {
  service: watchServices,
  source: { file: ownFile(import.meta.url, '../../services/watch-services') },
};

/**
 * Reads the services of a directory, in the order of their files. The watchdog follows them.
 * @throws Error if the directory doesn't exist or has no file of a service; the message says how to write the first one
 */
export async function findServices(directory: string): Promise<FoundServices> {
  if (listServiceFiles(directory).length === 0) throw noServices(directory);
  const { entries, faults } = await readServices(findServiceFiles(directory));
  const hasWatchdog = entries.some(({ service }) => service.name === WATCHDOG.service.name);
  return { entries: hasWatchdog || entries.length === 0 ? entries : [...entries, WATCHDOG], faults };
}

/**
 * Reads the services in the files. A file whose service has the name of an earlier one is at fault.
 * @param taken the names of services in other files, each with its file
 */
export async function readServices(
  files: readonly string[],
  taken: ReadonlyMap<string, string> = new Map(),
): Promise<FoundServices> {
  const read = await readEachDefinition(files);
  const names = new Map(taken);
  const entries: ServiceEntry[] = [];
  const faults: FileFault[] = [];
  for (const [index, file] of files.entries()) {
    const definition = read[index] ?? 'it was not read';
    const fault = typeof definition === 'string' ? definition : twiceFault(definition, names);
    if (fault !== undefined) faults.push({ file, name: nameOf(file), text: escaped(fault) });
    else if (typeof definition !== 'string') {
      names.set(definition.service.name, file);
      entries.push({ service: definition.service, source: definition.source });
    }
  }
  return { entries, faults };
}

function noServices(directory: string): Error {
  const shown = showValue(relative(process.cwd(), directory) || '.');
  const what = existsSync(directory) ? `${shown} has no file of a service` : `there is no directory ${shown}`;
  return new Error(`services: ${what}; \`tickover init\` writes a first service, --services names another directory`);
}

function twiceFault({ file, service }: Definition, names: ReadonlyMap<string, string>): string | undefined {
  const first = names.get(service.name);
  if (first === undefined) return undefined;
  return `${basename(file)}: expected a name of its own, got '${service.name}', which ${basename(first)} has`;
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}
