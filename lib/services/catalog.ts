/**
 * The catalog: every service that has a function. A service is one file here and one of the same name in `functions/`;
 * there is no list to maintain.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidOptionsError } from '../rules/index.ts';
import type { Service } from '../service/index.ts';

/** A service of the catalog. */
export interface CatalogEntry {
  readonly service: Service;
  /** The file that exports its handler. */
  readonly functionFile: string;
}

/** The directories of functions and services. Each has one file for each service. */
interface Places {
  readonly functions: URL;
  readonly services: URL;
}

const PLACES: Places = {
  functions: new URL('../../functions/', import.meta.url),
  services: new URL('./', import.meta.url),
};

/**
 * Loads the definitions of all services, in the order of their names.
 * @param places directories, as URLs that end in a slash. @default the project's own
 * @throws InvalidOptionsError naming every function without a service of its name
 */
export async function loadCatalog(places: Places = PLACES): Promise<CatalogEntry[]> {
  const files = (await readdir(places.functions)).filter((file) => file.endsWith('.ts')).toSorted();
  const services = new Set(await readdir(places.services));
  const loaded = await Promise.all(
    files.map((file) => (services.has(file) ? load(file, places) : `${expectationOf(file)}, got no such file`)),
  );
  const faults = loaded.filter((entry) => typeof entry === 'string');
  if (faults.length > 0) throw new InvalidOptionsError('catalog', faults);
  return loaded.filter((entry) => typeof entry !== 'string');
}

async function load(file: string, { functions, services }: Places): Promise<CatalogEntry | string> {
  try {
    const exported: Record<string, unknown> = await import(new URL(file, services).href);
    const found = Object.values(exported).filter(isService);
    const service = found.find(({ name }) => name === nameOf(file));
    if (service !== undefined) return { service, functionFile: fileURLToPath(new URL(file, functions)) };
    return `${expectationOf(file)}, got ${found.map(({ name }) => `'${name}'`).join(', ') || 'no service'}`;
  } catch (error) {
    return `${expectationOf(file)}, got ${error instanceof Error ? error.message : String(error)}`;
  }
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
