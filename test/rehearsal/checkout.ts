/**
 * A copy of the project in a folder of its own, with services added as the README tells to: what is deployed from there
 * is what a user's checkout would deploy, and may be changed without touching this one.
 */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/process.ts';
import { RehearsalError } from './failure.ts';

/** A copy of the project. */
export interface Checkout {
  readonly directory: string;
  /** Replaces text that is there exactly once in a file of the copy. */
  edit(file: string, text: string, replacement: string): Promise<void>;
  remove(): Promise<void>;
}

const COPIED = [
  'lib',
  'functions',
  'infra',
  'samples',
  'package.json',
  'package-lock.json',
  'cdk.json',
  'tsconfig.json',
];
const STEERED = fileURLToPath(new URL('./services/steered.ts', import.meta.url));

/** Copies the project and adds services of these names, each of which does as a server tells it. */
export async function newCheckout(steered: readonly string[]): Promise<Checkout> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-checkout-'));
  // Also where the process ends before the copy is whole and anybody could remove it.
  const removeNow = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeNow);
  await Promise.all(COPIED.map((name) => cp(join(ROOT, name), join(directory, name), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  for (const name of steered) await addService(directory, name);
  return {
    directory,
    edit: (file, text, replacement) => edit(join(directory, file), text, replacement),
    remove: async () => {
      await rm(directory, { recursive: true, force: true });
      process.off('exit', removeNow);
    },
  };
}

async function addService(directory: string, name: string): Promise<void> {
  const source = await readFile(STEERED, 'utf8');
  const service = source.replaceAll("'../../../lib/", "'../").replace("'steered'", `'${name}'`);
  const handler = [
    "import { scheduledHandler } from '../lib/lambda/index.ts';",
    `import { steered } from '../lib/services/${name}.ts';`,
    '',
    'export const handler = scheduledHandler(steered);',
    '',
  ];
  await writeFile(join(directory, 'lib', 'services', `${name}.ts`), service);
  await writeFile(join(directory, 'functions', `${name}.ts`), handler.join('\n'));
}

async function edit(path: string, text: string, replacement: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  if (before.split(text).length !== 2) throw new RehearsalError(`${path}: expected '${text}' exactly once`);
  await writeFile(path, before.replace(text, replacement));
}
