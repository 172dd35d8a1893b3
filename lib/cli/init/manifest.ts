/** Reads the package.json of a project, and adds to it what a project with services needs. */
import { readFileSync } from 'node:fs';
import { isRecord, readProperty, showValue, tryRead } from '../../text/index.ts';
import { addMembers, addMembersOf, type NewMembers } from './json-members.ts';

/** The package.json of a project: its text, and the same text parsed. */
export interface Manifest {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The text of a package.json to begin with. */
export const EMPTY_MANIFEST: Manifest = { text: '{}\n', json: {} };

/** What a package.json should have. A script or a package that it has already stays as it is. */
export interface WantedMembers {
  /** Members of the top level. */
  readonly top: Readonly<Record<string, string | boolean>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A package.json with what was added. */
export interface ExtendedManifest {
  readonly text: string;
  /** What was added, as a person reads it, such as `scripts dev, test`. */
  readonly added: readonly string[];
  /** For each wanted script, the name under which the project has it. */
  readonly scripts: Readonly<Record<string, string>>;
}

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
const SECTIONS = ['scripts', ...DEPENDENCIES];

/** Reads a file of JSON; returns `undefined` if it is missing or is no JSON. */
export function readJson(file: string): unknown {
  return tryRead(() => JSON.parse(withoutMark(readFileSync(file, 'utf8'))));
}

/**
 * Parses the text of a package.json.
 * @throws Error if it is no JSON object, or if its scripts or dependencies are no objects
 */
export function parseManifest(text: string): Manifest {
  const json: unknown = tryRead(() => JSON.parse(withoutMark(text)));
  if (!isRecord(json) || Array.isArray(json)) {
    const start = showValue(text.slice(0, 40));
    throw new Error(`package.json: expected a JSON object, got a file that begins with ${start}; nothing was written`);
  }
  const fault = SECTIONS.find((section) => json[section] !== undefined && !isObject(json[section]));
  if (fault !== undefined) {
    const got = showValue(json[fault]);
    throw new Error(`package.json: ${fault}: expected an object, got ${got}; nothing was written`);
  }
  return { text, json };
}

/** The packages that a package.json names, whatever they are needed for. */
export function packagesOf({ json }: Manifest): ReadonlySet<string> {
  return new Set(DEPENDENCIES.flatMap((section) => Object.keys(json[section] ?? {})));
}

/** Adds to a package.json what it lacks. A script whose name is taken by another one gets `:services` at its end. */
export function extendManifest(manifest: Manifest, wanted: WantedMembers): ExtendedManifest {
  const known = packagesOf(manifest);
  const lacking = (packages: Readonly<Record<string, string>>) => without(packages, (name) => known.has(name));
  const top = without(wanted.top, (name) => Object.hasOwn(manifest.json, name));
  const scripts = scriptNames(readProperty(manifest.json, 'scripts'), wanted.scripts);
  const sections: readonly (readonly [name: string, members: NewMembers])[] = [
    ['scripts', newScripts(manifest, wanted.scripts, scripts)],
    ['dependencies', lacking(wanted.dependencies)],
    ['devDependencies', lacking(wanted.devDependencies)],
  ];
  const used = sections.filter(([, members]) => Object.keys(members).length > 0);
  const text = used.reduce(
    (written, [name, members]) => addMembersOf(written, name, members),
    addMembers(manifest.text, top),
  );
  const added = used.map(([name, members]) => `${name} ${Object.keys(members).join(', ')}`);
  return { text, added: [Object.keys(top).join(', '), ...added].filter(Boolean), scripts };
}

function scriptNames(existing: unknown, wanted: Readonly<Record<string, string>>): Record<string, string> {
  const isFree = (name: string, script: string) => [undefined, script].includes(readProperty(existing, name) as string);
  return Object.fromEntries(
    Object.entries(wanted).map(([name, script]) => [name, isFree(name, script) ? name : `${name}:services`]),
  );
}

function newScripts({ json }: Manifest, wanted: WantedMembers['scripts'], names: Readonly<Record<string, string>>) {
  const named = Object.entries(wanted).map(([name, script]): [string, string] => [names[name] ?? name, script]);
  return Object.fromEntries(named.filter(([name]) => readProperty(json['scripts'], name) === undefined));
}

function without<Value>(members: Readonly<Record<string, Value>>, isKnown: (name: string) => boolean) {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !isKnown(name)));
}

function isObject(value: unknown): boolean {
  return isRecord(value) && !Array.isArray(value);
}

/** The text without the byte order mark that some editors write at its start. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
