/**
 * The catalog: every service that has a function. Each service has one file in `lib/services` and one file of the same
 * name in `functions`. The files are found by their names, so no list has to be maintained.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidOptionsError } from '../rules/index.ts';
import type { Service } from '../service/index.ts';
import { escaped } from '../text/index.ts';
import { inSeconds, SECOND, systemClock } from '../time/index.ts';

/** A service of the catalog, and the file of its function. */
export interface CatalogEntry {
  readonly service: Service;
  /** The path of the file that exports the handler of the service. */
  readonly functionFile: string;
}

/**
 * The directories of functions and of services. A service has a file of its name in each. Files with parts of a
 * service, such as check-endpoints-request.ts, lie in the directory of services too.
 */
interface Places {
  readonly functions: URL;
  readonly services: URL;
}

const PLACES: Places = {
  functions: new URL('../../functions/', import.meta.url),
  services: new URL('./', import.meta.url),
};

/** What is wrong with one file of a function or a service. `text` is one line. */
export interface CatalogFault {
  /** The name of the file without `.ts`, which is the name that its service should have. */
  readonly name: string;
  readonly text: string;
}

/** The catalog: the services that could be loaded, and the faults of all other files. */
export interface CatalogContent {
  /** The services that could be loaded, in the order of their names. */
  readonly entries: readonly CatalogEntry[];
  /** The faults of function files whose service is missing or can't be loaded. */
  readonly faults: readonly CatalogFault[];
  /** The faults of service files that have no function file, so that nothing ever runs their services. */
  readonly unserved: readonly CatalogFault[];
}

/** The time after which the loading of a file is given up, in milliseconds. No file takes that long. */
const LONGEST_LOAD = 20 * SECOND;

/**
 * Loads all services of the catalog, in the order of their names.
 * @param places the directories of functions and services, as URLs that end in a slash. @default those of the project
 * @throws InvalidOptionsError which names every function file without a service of the same name
 */
export async function loadCatalog(places: Places = PLACES): Promise<CatalogEntry[]> {
  const { entries, faults } = await readCatalog(places);
  if (faults.length > 0)
    throw new InvalidOptionsError(
      'catalog',
      faults.map(({ text }) => text),
    );
  return [...entries];
}

/**
 * Loads all services of the catalog. A file that can't be loaded becomes a fault, and doesn't stop the loading of the
 * others.
 */
export async function readCatalog(places: Places = PLACES): Promise<CatalogContent> {
  const functions = await filesIn(places.functions);
  const services = await filesIn(places.services);
  const loaded = await Promise.all(
    functions.map((file) =>
      services.includes(file) ? load(file, places) : `${expectationOf(file)}, got no such file`,
    ),
  );
  const faults = functions.flatMap((file, index) => {
    const text = loaded[index];
    return typeof text === 'string' ? [faultOf(file, text)] : [];
  });
  const alone = services.filter((file) => !functions.includes(file));
  const served = functions.map(nameOf);
  const unserved = await Promise.all(alone.map((file) => unservedFault(file, served, places)));
  return {
    entries: loaded.filter((entry) => typeof entry !== 'string'),
    faults,
    unserved: unserved.filter((fault) => fault !== undefined),
  };
}

async function filesIn(directory: URL): Promise<string[]> {
  return (await readdir(directory)).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')).toSorted();
}

async function load(file: string, { functions, services }: Places): Promise<CatalogEntry | string> {
  try {
    const found = await servicesIn(new URL(file, services));
    const service = found.find(({ name }) => name === nameOf(file));
    if (service !== undefined) return { service, functionFile: fileURLToPath(new URL(file, functions)) };
    return `${expectationOf(file)}, got ${found.map(({ name }) => `'${name}'`).join(', ') || 'no service'}`;
  } catch (error) {
    return `${expectationOf(file)}, got ${messageOf(error)}`;
  }
}

/**
 * Returns the fault of a service file that has no function file. Such a file is at fault if it exports a service that
 * no function runs. It is also at fault if it can't be loaded, since it may export such a service. A file that exports
 * no service contains parts of another file and is no fault: the result is `undefined`.
 */
async function unservedFault(
  file: string,
  served: readonly string[],
  { services }: Places,
): Promise<CatalogFault | undefined> {
  const follows = `nothing runs it, since there is no functions/${file}`;
  try {
    const alone = (await servicesIn(new URL(file, services))).filter(({ name }) => !served.includes(name));
    const names = alone.map(({ name }) => `'${name}'`).join(', ');
    return names === '' ? undefined : faultOf(file, `lib/services/${file} exports ${names}: ${follows}`);
  } catch (error) {
    return faultOf(file, `lib/services/${file} can't be loaded (${messageOf(error)}): ${follows}`);
  }
}

async function servicesIn(file: URL): Promise<Service[]> {
  const loaded = new AbortController();
  // The loading of one file may never end. Without this limit the other files would wait for it.
  const tooLate = systemClock.sleep(LONGEST_LOAD, loaded.signal).then(() => {
    throw new Error(`no end of its loading within ${inSeconds(LONGEST_LOAD)} s`);
  });
  tooLate.catch(() => {});
  try {
    const exported: Record<string, unknown> = await Promise.race([import(file.href), tooLate]);
    return Object.values(exported).filter(isService);
  } finally {
    loaded.abort();
  }
}

/**
 * Makes a fault, with its text escaped: names of files and messages of errors may contain control characters, and synth
 * prints them.
 */
function faultOf(file: string, text: string): CatalogFault {
  return { name: nameOf(file), text: escaped(text) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function expectationOf(file: string): string {
  return `functions/${file}: expected lib/services/${file} to export a service named '${nameOf(file)}'`;
}

function nameOf(file: string): string {
  return file.slice(0, -'.ts'.length);
}

function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && 'workload' in value && 'policy' in value && 'name' in value;
}
