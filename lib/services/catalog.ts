/**
 * The catalog: every service that has a function. A service is one file here and one file of the same name in `functions/`;
 * there is no list to keep.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidOptionsError } from '../loop/index.ts';
import type { Service } from '../runner/index.ts';

/** A service of the catalog. */
export interface CatalogEntry {
  readonly service: Service;
  /** The file that exports its handler. */
  readonly functionFile: string;
}

const FUNCTIONS = new URL('../../functions/', import.meta.url);

/**
 * Loads the definitions of all services, in the order of their names.
 * @throws InvalidOptionsError naming every function without a service of its name
 */
export async function loadCatalog(): Promise<CatalogEntry[]> {
  const files = (await readdir(FUNCTIONS)).filter((file) => file.endsWith('.ts')).toSorted();
  const loaded = await Promise.all(files.map(load));
  const faults = loaded.filter((entry) => typeof entry === 'string');
  if (faults.length > 0) throw new InvalidOptionsError('catalog', faults);
  return loaded.filter((entry) => typeof entry !== 'string');
}

async function load(file: string): Promise<CatalogEntry | string> {
  const name = file.slice(0, -'.ts'.length);
  const expected = `functions/${file}: expected lib/services/${file} to export a service named '${name}'`;
  try {
    const exported: Record<string, unknown> = await import(new URL(`./${file}`, import.meta.url).href);
    const service = Object.values(exported).find((value) => isService(value) && value.name === name);
    if (service === undefined) return `${expected}, got none`;
    return { service: service as Service, functionFile: fileURLToPath(new URL(file, FUNCTIONS)) };
  } catch (error) {
    return `${expected}, got ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && 'workload' in value && 'policy' in value && 'name' in value;
}
