/**
 * Reads the definitions of services from their files. A child process imports the files, so that nothing they do
 * reaches this process. It is synchronous, since CDK's constructs are.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import { InvalidOptionsError } from '../rules/index.ts';
import { defineService, ownFile, type Service } from '../service/index.ts';
import { hasCode, isRecord } from '../text/index.ts';
import { SECOND, systemRandom } from '../time/index.ts';
import { BundleError } from './bundle-error.ts';
import { type BundlingChoices, bundleOptions, projectOf } from './bundle-options.ts';
import type { DefinitionData, Read, Task, Tasks } from './definition-data.ts';
import { type HandlerSource, shownFile } from './entry.ts';
import { ALL_PARTS } from './optional-parts.ts';

/** A service as its file defines it. */
export interface Definition extends Omit<DefinitionData, 'written' | 'hasHandler'> {
  /** The absolute path of the file. */
  readonly file: string;
  /** Where the handler of the service comes from: it is generated, or the file exports it. */
  readonly source: HandlerSource;
  /** The service without its functions: what is deployed follows from it, and it can't be run. */
  readonly service: Service;
}

/** How files are read. */
export interface ReadingOptions {
  /** The environment variables that a file finds when it is imported, beside those of this process. @default none */
  readonly environmentOf?: (file: string) => Readonly<Record<string, string>>;
  /** How the files are bundled. @default as every function is */
  readonly choices?: BundlingChoices;
  /** How long the import of one file may take, in milliseconds. @default 20 s */
  readonly limit?: number;
}

const LIMIT = 20 * SECOND;
const LARGEST_OUTPUT = 64 * 1024 * 1024;
const OURS = dirname(dirname(ownFile(import.meta.url, './read-definitions')));

/**
 * Reads the definitions in the files, in the order of the files.
 * @throws InvalidOptionsError which names each file that can't be bundled or imported, or that exports no service
 */
export function readDefinitions(files: readonly string[], options: ReadingOptions = {}): Definition[] {
  const { processes, directory } = startReading(files, options);
  try {
    let step = processes.next();
    while (step.done !== true) step = processes.next(run(step.value));
    const faults = step.value.filter((each) => typeof each === 'string');
    if (faults.length > 0) throw new InvalidOptionsError('services', faults);
    return step.value.filter((each) => typeof each !== 'string');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Reads the definitions in the files while this process goes on. The result has, in the order of the files, a
 * definition or one line that says what is wrong with the file.
 */
export async function readEachDefinition(
  files: readonly string[],
  options: ReadingOptions = {},
): Promise<(Definition | string)[]> {
  const { processes, directory } = startReading(files, options);
  try {
    let step = processes.next();
    while (step.done !== true) step = processes.next(await runBeside(step.value));
    return step.value;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Reads the definition in one file.
 * @throws InvalidOptionsError if the file can't be bundled or imported, or exports no service
 */
export function readDefinition(file: string, options: ReadingOptions = {}): Definition {
  const [definition] = readDefinitions([file], options);
  if (definition === undefined) throw new Error(`${file}: no definition was read`);
  return definition;
}

/** A child process that imports files. */
interface ReadingProcess {
  readonly words: readonly string[];
  /** The time after which the process is ended, in milliseconds. */
  readonly timeout: number;
}

/** How a child process ended. */
interface Ended {
  readonly output: string;
  readonly how: string;
}

type Reading = Generator<ReadingProcess, (Definition | string)[], Ended>;
type Reads = Generator<ReadingProcess, Map<string, Read>, Ended>;

/** Bundles the files into `directory`, which the caller removes. The caller runs the processes one after another. */
function startReading(files: readonly string[], options: ReadingOptions): { processes: Reading; directory: string } {
  const [first] = files;
  const place = first === undefined ? tmpdir() : placeFor(projectOf(first), options);
  const directory = mkdtempSync(join(place, 'tickover-read-'));
  return { processes: reading(files, directory, options), directory };
}

function* reading(files: readonly string[], directory: string, options: ReadingOptions): Reading {
  if (files.length === 0) return [];
  const bundles = bundleEach(files, directory, options);
  const read = yield* readFairly(tasksOf(files, bundles, options), directory, options);
  return files.map((file, index) => definitionOf(file, bundles[index], read.get(file)));
}

const STDIO = ['ignore', 2, 2, 'pipe'] as const;
const KILL = 'SIGKILL';

function run({ words, timeout }: ReadingProcess): Ended {
  const { output, status, signal, error } = spawnSync(process.execPath, words, {
    stdio: [...STDIO],
    env: environmentOfChild(process.env),
    maxBuffer: LARGEST_OUTPUT,
    timeout,
    killSignal: KILL,
  });
  return { output: String(output?.[3] ?? ''), how: error?.message ?? howItEnded(status, signal) };
}

async function runBeside({ words, timeout }: ReadingProcess): Promise<Ended> {
  const env = environmentOfChild(process.env);
  const child = spawn(process.execPath, words, { stdio: [...STDIO], env, timeout, killSignal: KILL });
  const chunks: Buffer[] = [];
  child.stdio[3]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { output: Buffer.concat(chunks).toString(), how: howItEnded(status, signal) };
}

function howItEnded(status: number | null, signal: NodeJS.Signals | null): string {
  return `its process ended (${signal ?? `exit code ${status}`})`;
}

/** Packages that stay outside of the bundles are found only from inside of the project. */
function placeFor(root: string, { choices }: ReadingOptions): string {
  const packages = join(root, 'node_modules');
  return (choices?.external ?? []).length > 0 && existsSync(packages) ? packages : tmpdir();
}

/** The path of a file's bundle, or why there is none. */
type FileBundle = { readonly module: string } | BundleError;

/** Bundles all files together, since what they share is then bundled once; if that fails, each half of them. */
function bundleEach(files: readonly string[], directory: string, options: ReadingOptions): FileBundle[] {
  try {
    return bundleTogether(files, mkdtempSync(join(directory, 'code-')), options);
  } catch (error) {
    if (files.length === 1) return [new BundleError(shownFile(files[0] ?? ''), error)];
    const half = Math.ceil(files.length / 2);
    return [files.slice(0, half), files.slice(half)].flatMap((part) => bundleEach(part, directory, options));
  }
}

function bundleTogether(files: readonly string[], outdir: string, { choices }: ReadingOptions): FileBundle[] {
  buildSync({
    ...bundleOptions(projectOf(files[0] ?? ''), ALL_PARTS, { ...choices, minify: false, sourceMap: 'linked' }),
    write: true,
    splitting: true,
    entryPoints: Object.fromEntries(files.map((file, index) => [`s${index}`, file])),
    outExtension: { '.js': '.mjs' },
    outdir,
  });
  return files.map((_, index) => ({ module: join(outdir, `s${index}.mjs`) }));
}

function tasksOf(files: readonly string[], bundles: readonly FileBundle[], options: ReadingOptions): Task[] {
  const { environmentOf = () => ({}) } = options;
  return files.flatMap((file, index) => {
    const made = bundles[index];
    return made === undefined || hasCode(made, 'not-bundled')
      ? []
      : { file, module: made.module, environment: environmentOf(file) };
  });
}

/**
 * Has a child process import the files. If the process dies, the file that it was importing is at fault, and another
 * process goes on after it.
 */
function* readTasks(tasks: readonly Task[], directory: string, { limit = LIMIT }: ReadingOptions): Reads {
  const read = new Map<string, Read>();
  const program = bundleProgram(directory);
  for (let rest = tasks; rest.length > 0; ) {
    const list = join(directory, 'tasks.json');
    const mark = systemRandom.id();
    const given: Tasks = { tasks: rest, mark, limit, notTheirs: [OURS, directory] };
    writeFileSync(list, JSON.stringify(given));
    // The process itself ends an import that takes too long; this bounds the process.
    const timeout = limit * (rest.length + 1);
    const { output, how } = yield { words: ['--enable-source-maps', program, list], timeout };
    const answers = answersIn(output, mark);
    for (const [index, answer] of answers.entries()) read.set(rest[index]?.file ?? '', answer);
    const culprit = rest[answers.length];
    if (culprit !== undefined) read.set(culprit.file, { fault: `${how} while it was imported` });
    rest = rest.slice(answers.length + 1);
  }
  return read;
}

/**
 * Imports the files together, and those with a fault once more alone: what one file has left behind, such as a promise
 * that is rejected later, can break the import of the next.
 */
function* readFairly(tasks: readonly Task[], directory: string, options: ReadingOptions): Reads {
  const read = yield* readTasks(tasks, directory, options);
  if (tasks.length === 1) return read;
  for (const task of tasks) {
    if ('data' in (read.get(task.file) ?? {})) continue;
    const [alone] = (yield* readTasks([task], directory, options)).values();
    if (alone !== undefined) read.set(task.file, alone);
  }
  return read;
}

/** Options of Node, such as a debugger's address, are meant for this process alone. */
function environmentOfChild({ NODE_OPTIONS: _options, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** Bundles the program of the child process, which Node can't run as TypeScript. Returns its path. */
function bundleProgram(directory: string): string {
  buildSync({
    ...bundleOptions(OURS, ALL_PARTS, { sourceMap: false }),
    write: true,
    entryPoints: {
      process: ownFile(import.meta.url, './definition-process'),
      worker: ownFile(import.meta.url, './definition-worker'),
    },
    outExtension: { '.js': '.mjs' },
    outdir: directory,
  });
  return join(directory, 'process.mjs');
}

/** One line for each file, in their order. Leaves out a line that is cut off, and what a file has written itself. */
function answersIn(output: string, mark: string): Read[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith(mark))
    .map((line) => JSON.parse(line.slice(mark.length)) as Read);
}

function definitionOf(file: string, made: FileBundle | undefined, read: Read | undefined): Definition | string {
  if (hasCode(made, 'not-bundled')) return made.message;
  if (read === undefined || 'fault' in read) return `${shownFile(file)}: ${read?.fault ?? 'it was not imported'}`;
  const { written, hasHandler, ...facts } = read.data;
  const source = hasHandler ? { entry: file } : { file };
  try {
    return {
      ...facts,
      file,
      source,
      service: defineService({ ...written, secrets: facts.secrets } as Parameters<typeof defineService>[0]),
    };
  } catch (error) {
    return `${shownFile(file)}: ${isRecord(error) ? String(error['message']) : String(error)}`;
  }
}
