/** Examines the directory in which `tickover init` writes, and checks what was asked of the command. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readProperty, showValue, tryRead } from '../../text/index.ts';
import { EMPTY_MANIFEST, type Manifest, packagesOf, parseManifest } from './manifest.ts';
import { type PackageManager, packageManagerOf } from './package-manager.ts';
import type { ModuleNames } from './templates.ts';

/** What is known of a project before anything is written. */
export interface Project {
  readonly directory: string;
  /** Its package.json; an empty one if it has none. */
  readonly manifest: Manifest;
  /** Whether package.json is written or completed as that of a new project: it has no sources and no type of module. */
  readonly isNew: boolean;
  readonly modules: ModuleNames;
  readonly runner: 'node:test' | 'vitest';
  readonly manager: PackageManager;
  /** Whether the project has a CDK app of its own. */
  readonly hasCdkApp: boolean;
  /** The name that it has, or gets unless another is given. */
  readonly name: string;
}

const SOURCE = /\.[cm]?[jt]sx?$/;
/** Directories of a project that hold no sources of its own. */
const NOT_OWN = /^(\..*|node_modules|cdk\.out|dist)$/;
/** How many levels of directories are searched for sources. */
const SEARCHED_LEVELS = 5;

const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST_NAME = 214;
/** CloudFormation allows no longer name of a stack. */
const LONGEST_STACK_NAME = 128;

/**
 * Examines the directory of a project. It needn't exist.
 * @param userAgent the variable `npm_config_user_agent`
 * @throws Error if it is no directory, or if its package.json can't be used
 */
export function examineProject(path: string, userAgent?: string): Project {
  const directory = resolve(path);
  refuseFile('DIR', directory);
  for (const name of ['services', 'infra']) refuseFile(name, join(directory, name));
  const file = join(directory, 'package.json');
  const manifest = existsSync(file) ? parseManifest(readFileSync(file, 'utf8')) : EMPTY_MANIFEST;
  const type = readProperty(manifest.json, 'type');
  const isNew = type === undefined && !hasSources(directory, SEARCHED_LEVELS);
  const isModule = isNew || type === 'module';
  return {
    directory,
    manifest,
    isNew,
    modules: isModule ? { source: 'ts', imported: 'js' } : { source: 'mts', imported: 'mjs' },
    runner: packagesOf(manifest).has('vitest') ? 'vitest' : 'node:test',
    manager: packageManagerOf(directory, userAgent),
    hasCdkApp: existsSync(join(directory, 'cdk.json')),
    name: nameOf(manifest, directory),
  };
}

/**
 * Throws if `name` can't be the name of a project.
 * @throws Error which names the expected and the given value
 */
export function checkName(name: string): void {
  if (isName(name)) return;
  const expected = `a name that npm allows (lower-case letters, digits and - . _ ~, at most ${LONGEST_NAME}, no dot or _ first; not 'tickover')`;
  throw new Error(`name: expected ${expected}, got ${showValue(name)}; nothing was written`);
}

/** The name of the stack of a project: CloudFormation allows letters, digits and dashes, and a letter at the start. */
export function stackName(name: string): string {
  const words = name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+/, '');
  const started = /^[A-Za-z]/.test(words) ? words : `services-${words}`;
  return started.slice(0, LONGEST_STACK_NAME).replace(/-+$/, '');
}

function isName(name: string): boolean {
  const reserved = ['tickover', 'node_modules', 'favicon.ico'];
  return NAME.test(name) && name.length <= LONGEST_NAME && !reserved.includes(name);
}

/** The name in package.json, or one made of the name of the directory. */
function nameOf({ json }: Manifest, directory: string): string {
  const { name } = json;
  if (typeof name === 'string' && isName(name)) return name;
  const made = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_NAME);
  if (made === '') return 'services';
  return isName(made) ? made : `${made}-services`;
}

function refuseFile(option: string, path: string): void {
  const found = tryRead(() => statSync(path));
  if (found === undefined || found.isDirectory()) return;
  throw new Error(`${option}: expected a directory, got the file ${showValue(path)}; nothing was written`);
}

/** Whether the directory, or one in it, has a file of JavaScript or TypeScript. */
function hasSources(directory: string, levels: number): boolean {
  const entries = tryRead(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.some((entry) => {
    if (!entry.isDirectory()) return SOURCE.test(entry.name);
    return levels > 1 && !NOT_OWN.test(entry.name) && hasSources(join(directory, entry.name), levels - 1);
  });
}
