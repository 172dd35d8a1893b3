/** The projects in which the package is used, each as a person would set it up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildIds, checkTemplate, FIRST_TICK, requireAll, typeCheck } from './checks.ts';
import type { Terminal } from './terminal.ts';

/** One use of the package. */
export interface Use {
  readonly user: Terminal;
  /** The path of the package's tarball. */
  readonly tarball: string;
  /** The compilers of TypeScript that check the project. */
  readonly compilers: readonly string[];
  /** Whether `tickover dev` and `cdk synth` run too. */
  readonly isFull: boolean;
}

/** Sets a project up and uses it. Returns the build ids of its functions, if they were made. */
export type Case = (use: Use) => Promise<BuildIds | undefined>;

/** How the commands of a package manager begin. */
interface Manager {
  readonly add: string;
  readonly install: string;
  readonly run: string;
  readonly exec: string;
}

const NPM: Manager = { add: 'npm install', install: 'npm install', run: 'npm run', exec: 'npx' };
const PNPM: Manager = { add: 'pnpm add', install: 'pnpm install', run: 'pnpm run', exec: 'pnpm exec' };

/** A member of a workspace, which a monorepo has. */
const MEMBER = 'packages/duties';

export const CASES = {
  empty: async ({ user, tarball, ...rest }) => {
    await user.type(`npm install ${tarball}`);
    await user.type('npx tickover init --yes');
    return use(NPM, { user, tarball, ...rest });
  },
  'cdk-template': async ({ user, tarball, ...rest }) => {
    await user.check('cdk init app --language typescript --no-notices');
    const stack = `lib/${basename(user.directory)}-stack.ts`;
    await user.type(`npm install ${tarball}`);
    await user.type('npx tickover init --yes');
    user.write(stack, "import { TickoverServices } from 'tickover/cdk';", 'import');
    user.write(stack, "    new TickoverServices(this, 'Services', { directory: 'services' });", '// The code that');
    await user.check('npm run build && npm test');
    return use(NPM, { user, tarball, ...rest }, 'test:services');
  },
  pnpm: async ({ user, tarball, ...rest }) => {
    writeFileSync(join(rootOf(user), 'pnpm-workspace.yaml'), 'packages:\n  - packages/*\n');
    writeFileSync(join(rootOf(user), 'package.json'), '{ "name": "monorepo", "private": true }\n');
    writeFileSync(join(user.directory, 'package.json'), '{ "name": "duties", "private": true, "type": "module" }\n');
    // pnpm refuses packages with build scripts unless they are allowed or forbidden.
    await user.type(`pnpm add --allow-build=esbuild --allow-build=classic-level ${tarball}`);
    await user.type('pnpm exec tickover init --yes');
    return use(PNPM, { user, tarball, ...rest });
  },
  workspaces: async ({ user, tarball, ...rest }) => {
    writeFileSync(
      join(rootOf(user), 'package.json'),
      '{ "name": "monorepo", "private": true, "workspaces": ["packages/*"] }\n',
    );
    writeFileSync(join(user.directory, 'package.json'), '{ "name": "duties", "private": true, "type": "module" }\n');
    await user.type(`npm install ${tarball}`);
    await user.type('npx tickover init --yes');
    return use(NPM, { user, tarball, ...rest });
  },
} as const satisfies Record<string, Case>;

/** The name of a case. */
export type CaseName = keyof typeof CASES;

/** Makes the directory of a case, and returns the one in which the person works. */
export function directoryFor(name: CaseName, directory: string): string {
  const isWorkspace = name === 'pnpm' || name === 'workspaces';
  const project = isWorkspace ? join(directory, MEMBER) : directory;
  mkdirSync(project, { recursive: true });
  return project;
}

/** Installs what `tickover init` added, and uses the project. */
async function use(manager: Manager, { user, compilers, isFull }: Use, test = 'test'): Promise<BuildIds | undefined> {
  await user.type(manager.install);
  await requireAll(user);
  await user.type(`${manager.run} ${test}`);
  if (!isFull) return undefined;
  await user.type(`${manager.run} typecheck`);
  await typeCheck(user, compilers);
  await user.typeUntil(`${manager.run} dev`, FIRST_TICK);
  await user.type(`${manager.exec} cdk synth --quiet --no-notices`);
  return checkTemplate(user);
}

/** The root of the workspace in whose member the person works. */
function rootOf({ directory }: Terminal): string {
  return dirname(dirname(directory));
}
