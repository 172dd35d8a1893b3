/** A CloudFormation template, read: its resources, and what its references become once they are made. Pure. */
import { isDeepStrictEqual } from 'node:util';

/** A resource as the template has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
}

/** A template, as far as the rehearsal reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/**
 * What references stand for: what a `Ref` gives of a logical id or of a pseudo parameter, and the ARN of a resource.
 */
export interface World {
  readonly ref: (name: string) => string;
  readonly arn: (logicalId: string) => string;
}

/**
 * The value with every reference put in.
 * @throws RangeError on a function that it does not know
 */
export function resolve(value: unknown, world: World): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, world));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && isReference(name)) return referenced(name, argument, world);
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner, world)]));
}

/** The logical ids that a value refers to, each as often as it does. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    if (key === 'DependsOn') return [inner].flat().map(String);
    return referencesIn(inner);
  });
}

/**
 * Where two values differ, each as `path: expected ..., got ...`; none where the second holds all that the first says.
 */
export function differences(expected: unknown, got: unknown, path: string): string[] {
  if (isDeepStrictEqual(expected, got)) return [];
  if (isRecord(expected) && isRecord(got)) {
    return Object.entries(expected).flatMap(([key, inner]) => differences(inner, got[key], `${path}.${key}`));
  }
  return [`${path}: expected ${shown(expected)}, got ${shown(got)}`];
}

/** The resources of a type, with their logical ids. */
export function ofType({ Resources }: Template, type: string): (Resource & { readonly id: string })[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({ id, ...resource }));
}

const LONGEST_SHOWN = 300;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}

function isReference(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function referenced(name: string, argument: unknown, world: World): unknown {
  if (name === 'Ref') return world.ref(String(argument));
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(resolve(part, world))).join(separator);
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replaceAll(/\$\{([^}]+)\}/g, (_all, inner: string) => world.ref(inner));
  }
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
    const [logicalId, attribute] = argument as [string, string];
    if (attribute === 'Arn' || attribute === 'TopicArn') return world.arn(logicalId);
    if (attribute.endsWith('Name')) return nameIn(world.arn(logicalId));
  }
  throw new RangeError(
    `template: expected Ref, Fn::Join, Fn::Sub of text, or an ARN or name by Fn::GetAtt, got ${name} ${shown(argument)}`,
  );
}

function nameIn(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
