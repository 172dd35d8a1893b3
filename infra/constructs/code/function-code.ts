/** The code of a function: bundled by Tickover, and handed to CDK as an asset. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Annotations, AssetHashType, DockerImage, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { type BundledCode, type Bundling, bundle, executedCode, projectOf } from '../../../lib/bundling/index.ts';
import { choicesOf } from './function-props.ts';

/** CDK's props that decide how a function is bundled. */
export type CodeProps = Pick<NodejsFunctionProps, 'bundling' | 'projectRoot' | 'depsLockFilePath'>;

/** The code that is bundled: the module, and the file that it is about. */
export interface GivenCode extends Pick<Bundling, 'subject' | 'contents' | 'parts'> {
  /** The path of the file from which the module gets the handler or the service. */
  readonly file: string;
}

/** The code of a function. */
export interface FunctionCode {
  readonly code: Code;
  /** The code from which the build id is made; empty if the stack isn't bundled, as in a command that deploys none. */
  readonly executed: string;
  /** Removes what was made on the way. Call it when the function is made. */
  readonly discard: () => void;
}

/** The file that Lambda loads, and the name of the handler in it. */
export const HANDLER = 'index.handler';
const CODE_FILE = 'index.mjs';

/**
 * Bundles the code of a function. CDK gets the result, and bundles nothing: neither a lock file nor a package manager
 * matters, unless `nodeModules` are to be installed.
 * @throws BundleError if it can't be bundled
 */
export function functionCode(scope: Construct, given: GivenCode, props: CodeProps): FunctionCode {
  const bundling = bundlingOf(given, props);
  if (!Stack.of(scope).bundlingRequired) {
    return { code: assetOf(scope, bundling.root, () => {}), executed: '', discard: () => {} };
  }
  const { directory, made, discard } = filled(bundling, props);
  warn(scope, made, props);
  const code = assetOf(scope, bundling.root, (output) => cpSync(directory, output, { recursive: true }));
  return { code, executed: executedCode(bundling, made), discard };
}

/** Returns the code from which the build id of a function is made. No asset is made. */
export function executedOf(given: GivenCode, props: CodeProps): string {
  const bundling = bundlingOf(given, props);
  const { made, discard } = filled(bundling, props);
  discard();
  return executedCode(bundling, made);
}

/** Makes a directory with the files of the function; `discard` removes it. */
function filled(bundling: Bundling, props: CodeProps) {
  const directory = mkdtempSync(join(tmpdir(), 'tickover-code-'));
  const discard = () => rmSync(directory, { recursive: true, force: true });
  try {
    return { directory, made: fill(directory, bundling, props), discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Returns how a function is bundled. */
function bundlingOf({ file, ...given }: GivenCode, { bundling = {}, projectRoot }: CodeProps): Bundling {
  return { ...given, root: resolve(projectRoot ?? projectOf(file)), choices: choicesOf(bundling) };
}

/** Fills the directory with the files of the function. The user's commands run in the order in which CDK runs them. */
function fill(directory: string, bundling: Bundling, props: CodeProps): BundledCode {
  const { commandHooks: hooks, nodeModules = [], metafile } = props.bundling ?? {};
  const { root } = bundling;
  runCommands(hooks?.beforeBundling(root, directory), root);
  const made = bundle(bundling);
  writeFileSync(join(directory, CODE_FILE), made.code);
  if (made.map !== undefined) writeFileSync(join(directory, `${CODE_FILE}.map`), made.map);
  if (metafile === true) writeFileSync(join(directory, 'index.meta.json'), JSON.stringify(made.metafile));
  runCommands(hooks?.beforeInstall(root, directory), root);
  if (nodeModules.length > 0) install(nodeModules, directory, { root, ...props });
  runCommands(hooks?.afterBundling(root, directory), root);
  return made;
}

function runCommands(commands: readonly string[] = [], cwd: string): void {
  if (commands.length === 0) return;
  const [shell, flag] = process.platform === 'win32' ? ['cmd', '/c'] : ['bash', '-c'];
  execFileSync(shell, [flag, commands.join(' && ')], { cwd, stdio: ['ignore', 2, 2] });
}

/**
 * Installs packages that can't be bundled, such as native ones, beside the code: in the versions that the project has
 * installed. npm's own lock file, if the project has one, also fixes the versions of what these packages need.
 */
function install(
  names: readonly string[],
  directory: string,
  { root, depsLockFilePath }: { readonly root: string } & CodeProps,
): void {
  const dependencies = Object.fromEntries(names.map((name) => [name, installedVersion(name, root)]));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const lock = depsLockFilePath ?? join(root, 'package-lock.json');
  if (lock.endsWith('package-lock.json') && existsSync(lock)) copyFileSync(lock, join(directory, 'package-lock.json'));
  runCommands([`cd ${JSON.stringify(directory)}`, 'npm install --omit=dev --no-audit --no-fund'], root);
}

function installedVersion(name: string, root: string): string {
  for (let directory = root; ; directory = dirname(directory)) {
    const file = join(directory, 'node_modules', name, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (directory === dirname(directory))
      throw new Error(`functionProps.bundling.nodeModules: expected packages that are installed, got '${name}'`);
  }
}

function warn(scope: Construct, { warnings }: BundledCode, { bundling }: CodeProps): void {
  if (bundling?.logLevel === 'silent' || bundling?.logLevel === 'error') return;
  for (const warning of warnings) Annotations.of(scope).addInfo(`its bundle: ${warning}`);
}

/** An asset with the files that `fillOutput` writes. CDK makes it only if the stack is bundled at all. */
function assetOf(scope: Construct, root: string, fillOutput: (directory: string) => void): Code {
  return Code.fromAsset(root, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      // CDK takes two assets for one if these options are equal.
      environment: { FUNCTION: scope.node.addr },
      local: {
        tryBundle: (output) => {
          fillOutput(output);
          return true;
        },
      },
    },
  });
}
