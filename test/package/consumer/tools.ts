/** The tools of other projects, which npm installs: Nodes, versions of TypeScript, pnpm, and the command of CDK. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The supported lines of Node, by the name of the line: the oldest release for which that matters, else the newest. */
export const NODES = { '20': '20.19.0', '22': '22', '24': '24' } as const;
/** The supported lines of TypeScript. */
export const TYPESCRIPTS = ['5.9', '6', '7'] as const;

/** A Node. */
export interface Node {
  readonly name: string;
  /** The directory with its binary. */
  readonly bin: string;
  /** The first number of its version. */
  readonly line: number;
}

/** The Node that runs this process. */
export const OWN_NODE: Node = {
  name: process.versions.node,
  bin: dirname(process.execPath),
  line: Number(process.versions.node.split('.')[0]),
};

/** Installs tools into a directory, each once. */
export interface Toolbox {
  node(line: keyof typeof NODES): Node;
  /** Returns the path of the command `tsc`, a file of JavaScript. */
  typescript(line: (typeof TYPESCRIPTS)[number]): string;
  /** Returns the directory with the command `pnpm`, of a version that runs on every Node. */
  pnpm(): string;
  /** Returns the directory with the command `cdk`. */
  cdk(): string;
}

export function toolboxIn(directory: string): Toolbox {
  const installed = (spec: string): string => {
    const project = join(directory, spec.replaceAll('/', '-'));
    const bin = join(project, 'node_modules', '.bin');
    if (existsSync(bin)) return bin;
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', spec], {
      cwd: project,
      stdio: 'pipe',
    });
    return bin;
  };
  return {
    node(line) {
      const bin = installed(`node@${NODES[line]}`);
      const name = execFileSync(join(bin, 'node'), ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
      return { name, bin, line: Number(line) };
    },
    typescript: (line) => join(installed(`typescript@${line}`), '../typescript/bin/tsc'),
    pnpm: () => installed('pnpm@12'),
    cdk: () => installed('aws-cdk@2'),
  };
}
