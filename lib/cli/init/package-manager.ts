/** Finds the package manager of a project, and the commands that it has for a few duties. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProperty } from '../../text/index.ts';
import { readJson } from './manifest.ts';

/** The package managers whose commands `tickover init` can print. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn';

/** The files by which a package manager is recognised, in the order in which they are searched. */
const SIGNS: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * Returns the package manager of the project in `directory`: by its own `packageManager` or lock file, then by those of
 * the workspace around it, then by the command that runs this process, and otherwise npm.
 * @param userAgent the variable `npm_config_user_agent`, which package managers set
 */
export function packageManagerOf(directory: string, userAgent = ''): PackageManager {
  const workspace = workspaceAround(directory);
  return (
    signIn(directory) ??
    (workspace === undefined ? undefined : (signIn(workspace) ?? 'npm')) ??
    managerNamed(userAgent) ??
    'npm'
  );
}

/** The commands to type, in order: to install the packages, to run the tests, and to run the services. */
export function nextCommands(manager: PackageManager, scripts: { readonly test: string; readonly dev: string }) {
  const run = (script: string) => (script === 'test' || manager === 'yarn' ? script : `run ${script}`);
  return [`${manager} install`, `${manager} ${run(scripts.test)}`, `${manager} ${run(scripts.dev)}`];
}

/** The command that runs one script. */
export function scriptCommand(manager: PackageManager, script: string): string {
  return manager === 'yarn' ? `yarn ${script}` : `${manager} run ${script}`;
}

/** The nearest directory above `directory` that is the root of a workspace. */
export function workspaceAround(directory: string): string | undefined {
  const parent = dirname(directory);
  if (parent === directory) return undefined;
  const isRoot =
    existsSync(join(parent, 'pnpm-workspace.yaml')) ||
    readProperty(readJson(join(parent, 'package.json')), 'workspaces') !== undefined;
  return isRoot ? parent : workspaceAround(parent);
}

function signIn(directory: string): PackageManager | undefined {
  const named = readProperty(readJson(join(directory, 'package.json')), 'packageManager');
  return (
    (typeof named === 'string' ? managerNamed(named) : undefined) ??
    SIGNS.find(([file]) => existsSync(join(directory, file)))?.[1]
  );
}

/** The manager at the start of a text such as `pnpm@10.1.0` or `yarn/1.22.0 node/v20`. */
function managerNamed(text: string): PackageManager | undefined {
  return /^(npm|pnpm|yarn)[@/]/.exec(text)?.[1] as PackageManager | undefined;
}
