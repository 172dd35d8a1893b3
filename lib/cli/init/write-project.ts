/** Writes the files of a first service into a project. An existing file is completed or kept, never replaced. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { showValue, toSafeCause } from '../../text/index.ts';
import { extendManifest, packagesOf, type WantedMembers } from './manifest.ts';
import { nextCommands, scriptCommand, workspaceAround } from './package-manager.ts';
import { type Project, stackName } from './project.ts';
import {
  cdkApp,
  cdkConfiguration,
  IGNORED,
  IMPORT_LINE,
  PNPM_SETTINGS,
  SERVICE,
  servicesLine,
  serviceTest,
  TYPESCRIPT_CONFIGURATION,
} from './templates.ts';

const PNPM_FILE = 'pnpm-workspace.yaml';

/** What a person, or the flags of the command, chose. */
export interface Choices {
  readonly name: string;
  readonly cdkApp: boolean;
}

/** The versions of packages, as the package.json of Tickover has them. */
export interface OwnManifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * Writes the files, and returns the lines that say what was done and what to do next.
 * @throws Error if the directory can't be written
 */
export function writeProject(project: Project, choices: Choices, own: OwnManifest): string[] {
  try {
    mkdirSync(project.directory, { recursive: true });
    const { line, scripts } = completeManifest(project, choices, own);
    const files = filesOf(project, choices).map(([path, text]) => writeNew(project.directory, path, text));
    return [
      ...files,
      line,
      completeIgnored(project.directory),
      ...hintsOf(project),
      ...nextSteps(project, choices, scripts),
    ];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`DIR: expected a directory that can be written, got ${showValue(project.directory)} (${code})`, {
      cause: toSafeCause(error),
    });
  }
}

function filesOf(project: Project, { name, cdkApp: withApp }: Choices): (readonly [string, string])[] {
  const { modules, runner } = project;
  const { source } = modules;
  return [
    [`services/hello.${source}`, SERVICE],
    [`services/hello.test.${source}`, serviceTest(runner, modules)],
    ...(withApp
      ? ([
          [`infra/app.${source}`, cdkApp(stackName(name))],
          ['cdk.json', cdkConfiguration(modules)],
        ] as const)
      : []),
    ['tsconfig.json', TYPESCRIPT_CONFIGURATION],
    ...(pnpmSettings(project) === join(project.directory, PNPM_FILE) ? [[PNPM_FILE, PNPM_SETTINGS] as const] : []),
  ];
}

/** The file of pnpm's settings that hold for the project, which is that of the workspace around it if there is one. */
function pnpmSettings({ directory, manager }: Project): string | undefined {
  return manager === 'pnpm' ? join(workspaceAround(directory) ?? directory, PNPM_FILE) : undefined;
}

function writeNew(directory: string, path: string, text: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return `wrote   ${path}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return `kept    ${path}`;
  }
}

function completeManifest(project: Project, choices: Choices, own: OwnManifest) {
  const file = join(project.directory, 'package.json');
  const isThere = existsSync(file);
  const { text, added, scripts } = extendManifest(project.manifest, wantedMembers(project, choices, own));
  if (added.length > 0) writeFileSync(file, text);
  const what = added.length === 0 ? 'kept    package.json' : `added   package.json: ${added.join('; ')}`;
  return { line: isThere ? what : 'wrote   package.json', scripts };
}

function wantedMembers(
  { isNew, manifest, modules, runner }: Project,
  choices: Choices,
  own: OwnManifest,
): WantedMembers {
  const version = (name: string) => own.devDependencies[name] ?? '*';
  const test = runner === 'vitest' ? 'vitest run' : `node --import tsx --test services/*.test.${modules.source}`;
  // The command refuses what a newer library wrote, so both are pinned to versions that go together.
  const ownLibrary = packagesOf(manifest).has('aws-cdk-lib');
  const pinned = (name: string) => version(name).replace(/^[~^]/, '');
  const cdk = {
    'aws-cdk': ownLibrary ? version('aws-cdk') : pinned('aws-cdk'),
    'aws-cdk-lib': pinned('aws-cdk-lib'),
    constructs: own.peerDependencies['constructs'] ?? '*',
  };
  const needsTsx = runner === 'node:test' || choices.cdkApp;
  return {
    top: isNew ? { name: choices.name, private: true, type: 'module' } : {},
    scripts: {
      ...{ dev: 'tickover dev', test, typecheck: 'tsc --noEmit' },
      ...(choices.cdkApp ? { deploy: 'cdk deploy' } : {}),
    },
    dependencies: { tickover: `^${own.version}` },
    devDependencies: {
      '@types/node': version('@types/node'),
      ...(choices.cdkApp ? cdk : {}),
      ...(needsTsx ? { tsx: version('tsx') } : {}),
      typescript: version('typescript'),
    },
  };
}

function completeIgnored(directory: string): string {
  const file = join(directory, '.gitignore');
  if (!existsSync(file)) return writeNew(directory, '.gitignore', `${IGNORED.join('\n')}\n`);
  const text = readFileSync(file, 'utf8');
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, '');
  const known = new Set(text.split('\n').map(bare));
  const lacking = IGNORED.filter((line) => !known.has(bare(line)));
  if (lacking.length === 0) return 'kept    .gitignore';
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : `${text}${lineEnd}`;
  writeFileSync(file, before + lacking.map((line) => line + lineEnd).join(''));
  return `added   .gitignore: ${lacking.join(' ')}`;
}

/** What an existing configuration needs that this command doesn't change. */
function hintsOf(project: Project): string[] {
  const { directory, manifest } = project;
  const file = join(directory, 'tsconfig.json');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const needs = [
    ...(/"module(Resolution)?"\s*:\s*"(nodenext|bundler)"/i.test(text) || /"extends"/.test(text)
      ? []
      : ['"module": "NodeNext"']),
    ...(/"types"\s*:|"extends"\s*:/.test(text) ? [] : ['"types": ["node"]']),
  ];
  const settings = pnpmSettings(project);
  const lacksBuilds =
    settings !== undefined &&
    !/^\s+['"]?esbuild['"]?:/m.test(existsSync(settings) ? readFileSync(settings, 'utf8') : '');
  const usesJest = /"jest"\s*:/.test(JSON.stringify(manifest.json));
  return [
    ...(needs.length > 0 ? [`check   tsconfig.json: services need ${needs.join(' and ')}`] : []),
    ...(lacksBuilds
      ? [
          `check   ${PNPM_FILE}: unless it allows or forbids them, add "allowBuilds: { classic-level: false, esbuild: false }"`,
        ]
      : []),
    ...(usesJest ? ['check   jest: the test in services is one for node:test; keep jest out of that directory'] : []),
  ];
}

function nextSteps(project: Project, choices: Choices, scripts: Readonly<Record<string, string>>): string[] {
  const { test = 'test', dev = 'dev', deploy = 'deploy' } = scripts;
  const here = project.directory === process.cwd() ? [] : [`cd ${quoted(project.directory)}`];
  const deploying = choices.cdkApp
    ? [`To deploy to AWS: ${scriptCommand(project.manager, deploy)}`]
    : [
        'To deploy to AWS, add these lines to a stack of your CDK app:',
        `  ${IMPORT_LINE}`,
        `  ${servicesLine('this')}`,
      ];
  return [
    '',
    'Next:',
    ...[...here, ...nextCommands(project.manager, { test, dev })].map((command) => `  ${command}`),
    ...deploying,
  ];
}

/** The path as a shell reads it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
