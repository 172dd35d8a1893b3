/**
 * Whether everything is there as it was synthesised: told of the template, so that no resource needs a line of its own.
 */
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { DROPPED, isDropped } from './dropped.ts';
import { READERS } from './readers.ts';
import { differences, type Resource, resolve } from './template.ts';

/** What was found. */
export interface Inventory {
  /** How many of each type were compared, property by property, with what AWS tells of them. */
  readonly compared: Readonly<Record<string, number>>;
  /** How many of each type are there by CloudFormation's word alone. */
  readonly listed: Readonly<Record<string, number>>;
  /** Each difference in a line. */
  readonly faults: readonly string[];
}

/** Not a deleted one, nor one that was rolled back. */
const MADE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];

interface Difference {
  readonly type: string;
  readonly property: string;
  readonly fault: string;
}

/** Compares a deployed stack with its template. */
export async function inventory(aws: Aws, deployed: Deployed): Promise<Inventory> {
  const entries = Object.entries(deployed.template.Resources);
  const found = await Promise.all(entries.map(([id, resource]) => differencesOf(aws, deployed, { id, resource })));
  const types = entries.map(([, { Type }]) => Type);
  const kept = found.flat().filter(({ type, property }) => !isDropped(type, property));
  return {
    compared: counted(types.filter((type) => type in READERS)),
    listed: counted(types.filter((type) => !(type in READERS))),
    faults: [...kept.map(({ fault }) => fault), ...noLongerDropped(found.flat())],
  };
}

async function differencesOf(
  aws: Aws,
  { resources, world }: Deployed,
  { id, resource }: { readonly id: string; readonly resource: Resource },
): Promise<Difference[]> {
  const type = resource.Type;
  const { ResourceStatus = 'never made', PhysicalResourceId: physical = '' } = resources.get(id) ?? {};
  if (!MADE.includes(ResourceStatus)) {
    return [{ type, property: '', fault: `${id}: expected it made, got ${ResourceStatus}` }];
  }
  const read = READERS[type];
  if (read === undefined) return [];
  const properties = resolve(resource.Properties ?? {}, world) as Record<string, unknown>;
  const actual = await read(aws, { physical, properties });
  return Object.entries(properties).flatMap(([property, value]) =>
    differences(value, actual[property], `${id}.${property}`).map((fault) => ({ type, property, fault })),
  );
}

function noLongerDropped(found: readonly Difference[]): string[] {
  return DROPPED.filter(
    ({ type, property }) => !found.some((difference) => difference.type === type && difference.property === property),
  ).map(
    ({ type, property }) => `${type}.${property}: the emulator keeps it by now: take it off the list of what it drops`,
  );
}

function counted(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types.toSorted()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
