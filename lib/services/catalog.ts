/**
 * The catalog: every service that has a function. Each service has one file in `lib/services` and one file of the same
 * name in `functions`. Files are found by their names.
 */
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidOptionsError } from '../rules/index.ts';
import { isService, type Service } from '../service/index.ts';
import { escaped } from '../text/index.ts';
import { inSeconds, SECOND, systemClock } from '../time/index.ts';

/** A service, and the file whose `handler` runs it. */
export interface CatalogEntry {
  readonly service: Service;
  /** The path of the file that exports the handler of the service. */
  readonly functionFile: string;
}

interface Places {
  readonly functions: URL;
  readonly services: URL;
}

const PLACES: Places = {
  functions: new URL('../../functions/', import.meta.url),
  services: new URL('./', import.meta.url),
};

/** The extension of services and functions: `.ts` in a checkout, `.js` in the built package. */
const EXTENSION = extname(fileURLToPath(import.meta.url));

/** What is wrong with one function file or service file, as one line of text. */
export interface CatalogFault {
  /** The name of the file without its extension, which is the name that its service should have. */
  readonly name: string;
  readonly text: string;
}

/** All services that could be loaded, and the faults of the files that could not. */
export interface CatalogContent {
  readonly entries: readonly CatalogEntry[];
  /** The function files whose service file is missing or can't be loaded. */
  readonly faults: readonly CatalogFault[];
  /** The service files without a function file. Nothing runs their services. */
  readonly unserved: readonly CatalogFault[];
}

/** The time after which the loading of a service file is given up, in milliseconds. */
const LONGEST_LOAD = 20 * SECOND;

/**
 * Loads all services, in the order of their names.
 * @param places the directories of functions and services, as URLs that end in a slash. @default those of this project
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

/** Loads all services. A file that can't be loaded becomes a fault; the other files are still loaded. */
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
  return (await readdir(directory)).filter((file) => file.endsWith(EXTENSION) && !file.endsWith('.d.ts')).toSorted();
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
 * Returns the fault of a service file without a function file: it exports a service, or it can't be loaded. `undefined`
 * if the file exports no service, but only parts of one.
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
  // A file whose loading never ends must not block the other files.
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
  return file.slice(0, -EXTENSION.length);
}
