/**
 * The mutation run: each deliberate bug is made in a copy of the code, on which the simulator's short form has to find
 * it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../support/process.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

/** What became of a bug: the promises by which it was seen, none if it wasn't. */
export interface Caught {
  readonly mutant: Mutant;
  readonly by: readonly string[];
}

/** What the simulator needs of the code. */
const COPIED = ['lib', 'test/faults', 'test/support', 'package.json', 'tsconfig.json'];
/** A bug that has the short form go on for so long is caught by that. */
const LONGEST_MS = 300_000;

/** Plays every mutant, one after the other, and first the code as it is, which nothing may be found in. */
export async function playMutations(report: (line: string) => void): Promise<Caught[]> {
  const directory = await copied();
  try {
    const valid = await shortForm(directory);
    if (valid.length > 0) throw new Error(`the code as it is breaks ${valid.join(', ')}`);
    const caught: Caught[] = [];
    for (const mutant of MUTANTS) {
      caught.push({ mutant, by: await playMutant(directory, mutant) });
      report(
        `${caught.length} of ${MUTANTS.length}: ${mutant.where}, ${mutant.what}: ${caught.at(-1)?.by.join(', ') || 'NOT CAUGHT'}`,
      );
    }
    return caught;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The mutants and what caught them, as a table in Markdown. */
export function mutationTable(caught: readonly Caught[]): string {
  const rows = caught.map(
    ({ mutant, by }) => `| ${mutant.where} | ${mutant.what} | ${by.join(', ') || '**not caught**'} |`,
  );
  const missed = caught.filter(({ by }) => by.length === 0).length;
  return [
    '| where | the bug | caught by |',
    '|---|---|---|',
    ...rows,
    '',
    `${caught.length - missed} of ${caught.length} caught.`,
  ].join('\n');
}

async function copied(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-mutants-'));
  for (const path of COPIED) await cp(join(ROOT, path), join(directory, path), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

async function playMutant(directory: string, { file, text: wanted, instead }: Mutant): Promise<string[]> {
  const path = join(directory, file);
  const valid = await readFile(path, 'utf8');
  if (valid.split(wanted).length !== 2)
    throw new Error(`${file}: expected once, found ${valid.split(wanted).length - 1} times: ${wanted}`);
  await writeFile(
    path,
    valid.replace(wanted, () => instead),
  );
  try {
    return await shortForm(directory);
  } finally {
    await writeFile(path, valid);
  }
}

/** The promises that the short form finds broken, and by which of its halves. */
async function shortForm(directory: string): Promise<string[]> {
  const script = join(directory, 'test/faults/mutations/fixtures/short-form.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  const [out, complaints, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (signal !== null) return ['it did not end'];
  if (code !== 0) return [`it broke down: ${complaints.split('\n').find((line) => line.includes('Error')) ?? code}`];
  const found = JSON.parse(out) as { readonly enumerated: string[]; readonly sampled: string[] };
  return [...marked('enumerated', found.enumerated), ...marked('sampled', found.sampled)];
}

function marked(half: string, promises: readonly string[]): string[] {
  return promises.length === 0 ? [] : [`${promises.toSorted().join(' ')} (${half})`];
}
