/**
 * The real CDK command line, run in a checkout against an emulator: with a home of its own, since it remembers which
 * key is which account.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '../support/process.ts';
import type { Checkout } from './checkout.ts';
import { ACCOUNT, type Emulator, REGION } from './emulator.ts';
import { RehearsalError } from './failure.ts';
import { endGroup } from './process-group.ts';
import type { Template } from './template.ts';

/** What a command ended with. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** CDK in a checkout. */
export interface Cdk {
  /** Prepares the emulator's account for CDK. */
  bootstrap(): Promise<void>;
  /** Synthesises the stack; what comes is the template as it was written. */
  synth(context: Readonly<Record<string, unknown>>): Promise<Template>;
  /** Puts another template in the place of the synthesised one. */
  write(template: Template): Promise<void>;
  /** Deploys what was synthesised last; a refusal is in what comes. */
  deploy(): Promise<Ended>;
  /** Deletes the stack by its name. */
  destroy(): Promise<void>;
  /** Ends whatever of it is under way. */
  stop(): void;
}

/** Milliseconds. */
const LONGEST_COMMAND = 300_000;
const OUTPUT = 'cdk.out';
/** What `npx cdk` runs. */
const COMMAND = join(ROOT, 'node_modules', '.bin', 'cdk');

/** CDK for one stack of a checkout. */
export async function cdkIn(checkout: Checkout, emulator: Emulator, stackName: string): Promise<Cdk> {
  const home = join(emulator.directory, 'home');
  await mkdir(home, { recursive: true });
  const running = new Set<number>();
  const environment = { ...emulator.environment, HOME: home };
  const run = (args: readonly string[], cwd = checkout.directory) => cdk(args, { cwd, environment, running });
  const must = async (args: readonly string[], cwd?: string) => {
    const ended = await run(args, cwd);
    if (ended.code !== 0) throw new RehearsalError(`cdk ${args[0]}: ${lastWords(ended)}`);
  };
  const templateFile = join(checkout.directory, OUTPUT, `${stackName}.template.json`);
  return {
    // Outside of the checkout, where it would synthesise the app first, for nothing.
    bootstrap: () => must(['bootstrap', `aws://${ACCOUNT}/${REGION}`], home),
    synth: async (context) => {
      await must(['synth', '--quiet', '--output', OUTPUT, ...contextArguments(context)]);
      return JSON.parse(await readFile(templateFile, 'utf8')) as Template;
    },
    write: (template) => writeTemplate(join(checkout.directory, OUTPUT), stackName, template),
    deploy: () => run(['deploy', '--app', OUTPUT, '--require-approval', 'never', '--progress', 'events', stackName]),
    destroy: () => must(['destroy', '--app', OUTPUT, '--force', stackName]),
    stop: () => {
      for (const pid of running) endGroup(pid);
    },
  };
}

/** Why a command failed, in a line: which resource could not be made and why, or else the last that it wrote. */
export function lastWords({ output }: Pick<Ended, 'output'>): string {
  const lines = output.split('\n').map((line) => line.trim());
  const resource = lines.find((line) => /\| [A-Z]+_FAILED +\|/.test(line));
  if (resource !== undefined) return resource.split('|').at(-1)?.trim() ?? '';
  return lines.findLast((line) => line !== '' && !line.startsWith('at ')) ?? 'it said nothing';
}

function contextArguments(context: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(context).flatMap(([name, value]) => [
    '--context',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
}

/**
 * The template is uploaded under its hash, and what is there already is not uploaded again: another template is another
 * hash.
 */
async function writeTemplate(directory: string, stackName: string, template: Template): Promise<void> {
  const text = JSON.stringify(template, undefined, 1);
  await writeFile(join(directory, `${stackName}.template.json`), text);
  const assets = JSON.parse(await readFile(join(directory, `${stackName}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string } }>;
  };
  const [before = ''] =
    Object.entries(assets.files).find(([, { source }]) => source.path === `${stackName}.template.json`) ?? [];
  const after = createHash('sha256').update(text).digest('hex');
  for (const file of [`${stackName}.assets.json`, 'manifest.json']) {
    const path = join(directory, file);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(before, after));
  }
}

interface Surroundings {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The processes under way. */
  readonly running: Set<number>;
}

/** In a group of its own, since it starts the app as a process that would outlive it. */
async function cdk(args: readonly string[], { cwd, environment, running }: Surroundings): Promise<Ended> {
  const child = spawn(COMMAND, args, {
    cwd,
    env: {
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      CI: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid = 0 } = child;
  running.add(pid);
  const late = setTimeout(() => endGroup(pid), LONGEST_COMMAND);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  } finally {
    clearTimeout(late);
    running.delete(pid);
  }
}
