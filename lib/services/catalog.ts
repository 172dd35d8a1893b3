/**
 * The catalog: every service that has a function. A service is one file here, and one file of the same name in
 * `functions/`; there is no list to maintain.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidOptionsError } from '../rules/index.ts';
import type { Service } from '../service/index.ts';
import { escaped } from '../text/index.ts';
import { inSeconds, SECOND, systemClock } from '../time/index.ts';

/** A service of the catalog. */
export interface CatalogEntry {
  readonly service: Service;
  /** The file that exports the handler of the service. */
  readonly functionFile: string;
}

/** The directories of functions and services. A service has a file of its name in each; its parts lie beside it. */
interface Places {
  readonly functions: URL;
  readonly services: URL;
}

const PLACES: Places = {
  functions: new URL('../../functions/', import.meta.url),
  services: new URL('./', import.meta.url),
};

/** What is wrong with a function or a service file, in one line. */
export interface CatalogFault {
  /** The service's name, by its file. */
  readonly name: string;
  readonly text: string;
}

/** The catalog with what is wrong with it. */
export interface CatalogContent {
  /** In the order of their names. */
  readonly entries: readonly CatalogEntry[];
  /** Functions without a service that can be loaded. */
  readonly faults: readonly CatalogFault[];
  /** Service files without a function: nothing ever runs their services. */
  readonly unserved: readonly CatalogFault[];
}

/** Longer than any file takes to load. */
const LONGEST_LOAD = 20 * SECOND;

/**
 * Loads the definitions of all services, in the order of their names.
 * @param places directories, as URLs that end in a slash. @default those of the project
 * @throws InvalidOptionsError which names every function without a service of the same name
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

/** Loads the catalog: what can't be loaded is a fault, and the rest is there. */
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

/** A file without a function is a fault if it exports a service, or may: files of their own parts lie there too. */
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
  // A file may wait for ever as it is loaded, and the others with it.
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

/** The names of files and the messages of others are foreign, and synth prints them. */
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
