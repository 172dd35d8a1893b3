/**
 * Keeps the running services up with their files. A service is built again when a file of its function changes; a new
 * file is a new service, and a deleted file stops its service.
 */
import { basename, join } from 'node:path';
import { faultsIn, fileOf, listServiceFiles, shownFile } from '../../bundling/index.ts';
import { type Clock, SECOND } from '../../time/index.ts';
import { scheduleLine } from '../display/schedule-text.ts';
import { type Bundle, rootOf } from '../functions/bundle.ts';
import type { Machine } from '../machine.ts';
import type { ServiceRunner } from '../service-runner.ts';
import { fileChanges } from './file-changes.ts';
import { type FileFault, readServices, type ServiceEntry } from './find-services.ts';

interface ReloadingOptions {
  /** The directory with the files of the services. */
  readonly directory: string;
  /** The services of the machine, with those that it doesn't run for a fault. */
  readonly catalog: readonly ServiceEntry[];
  /** The files that could not be read, or whose functions could not be bundled. */
  readonly faults: readonly Pick<FileFault, 'file'>[];
  /** When the files were read, in epoch milliseconds. */
  readonly readAt: number;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  /** Called with one line about each change. */
  readonly show: (line: string) => void;
}

/** A service as it is built. */
interface Built {
  readonly entry: ServiceEntry;
  readonly bundle: Bundle;
}

/** A file with a service. */
interface Source {
  readonly file: string;
  /** The newest build; `undefined` if there has been none. */
  built: Built | undefined;
  /** The build that runs. */
  running: Built | undefined;
  /** Why the file as it is can't be run; `undefined` if it can. */
  fault: string | undefined;
  /** A change of these files is a reason to build the service again. */
  files: readonly string[];
  swapping: Promise<void> | undefined;
}

/** How often the files are looked at, in milliseconds. */
const PERIOD = SECOND / 4;
/** How often a file that can't be run is tried again, since a file that was missing may be there now. */
const RETRY_PERIOD = 5 * SECOND;
/** How often changes that go on are waited for. */
const MOST_WAITS = 20;
/** Files of the project that are read once, when the process starts. */
const READ_ONCE = ['.env', 'tsconfig.json', 'package.json'];

/** Reloads services until `closing` is aborted. */
export async function keepReloading(machine: Machine, runner: ServiceRunner, options: ReloadingOptions): Promise<void> {
  const { directory, clock, closing, show } = options;
  const sources = sourcesOf(machine, options);
  const root = rootOf(options.catalog);
  const readOnce = new Set([...READ_ONCE.map((name) => join(root, name)), join(process.cwd(), '.env')]);
  const changes = fileChanges();
  let since = options.readAt;
  let retryAt = clock.now() + RETRY_PERIOD;
  const parts: Parts = { machine, runner, options, sources, swaps: new Set() };
  const closed = new Promise((resolve) => closing.addEventListener('abort', resolve, { once: true }));

  while (!closing.aborted) {
    await clock.sleep(PERIOD, closing);
    const changed = await settled();
    if (closing.aborted) break;
    const now = clock.now();
    for (const file of readOnce) if (changed.has(file)) show(`${basename(file)} has changed; restart to use it`);
    const isRetry = now >= retryAt;
    if (isRetry) retryAt = now + RETRY_PERIOD;
    const updated = update(parts, changed, isRetry).catch((error: unknown) => {
      if (!closing.aborted) show(failedLine(error));
    });
    // A file that is imported may take its time, and a stop doesn't wait for it.
    await Promise.race([updated, closed]);
    since = now;
  }
  await Promise.all(parts.swaps);

  /** The files that have changed, when none of them changes any more. An editor writes a file in several steps. */
  async function settled(): Promise<Set<string>> {
    const found = new Set<string>();
    for (let waits = 0; waits < MOST_WAITS && !closing.aborted; waits++) {
      const watched = [...sources.values()].flatMap(({ file, files }) => [file, ...files]);
      const more = await changes.among([...watched, ...listServiceFiles(directory), ...readOnce], since);
      if (more.length === 0) break;
      for (const file of more) found.add(file);
      await clock.sleep(PERIOD, closing);
    }
    return found;
  }
}

function failedLine(error: unknown): string {
  return `reload: ${error instanceof Error ? error.message : String(error)}; the services run on`;
}

interface Parts {
  readonly machine: Machine;
  readonly runner: ServiceRunner;
  readonly options: ReloadingOptions;
  readonly sources: Map<string, Source>;
  /** The builds that take over, those of deleted files included. */
  readonly swaps: Set<Promise<void>>;
}

function sourcesOf({ bundles }: Machine, { catalog, faults }: ReloadingOptions): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const entry of catalog) {
    const file = fileOf(entry.source);
    const bundle = bundles.find(({ service }) => service.name === entry.service.name);
    const built = bundle === undefined ? undefined : { entry, bundle };
    const fault = bundle === undefined ? '' : undefined;
    sources.set(file, { file, built, running: built, fault, files: bundle?.files ?? [], swapping: undefined });
  }
  for (const { file } of faults) {
    if (!sources.has(file)) sources.set(file, unbuilt(file, ''));
  }
  return sources;
}

function unbuilt(file: string, fault?: string): Source {
  return { file, built: undefined, running: undefined, fault, files: [], swapping: undefined };
}

/** Builds what has changed, and lets new builds take over. */
async function update(parts: Parts, changed: ReadonlySet<string>, isRetry: boolean): Promise<void> {
  const { sources, options } = parts;
  const listed = listServiceFiles(options.directory);
  const isOfPackage = (file: string) => !file.startsWith(join(options.directory, '/'));
  const gone = [...sources.values()].filter(({ file }) => !listed.includes(file) && !isOfPackage(file));
  for (const source of gone) remove(parts, source);
  for (const file of listed) if (!sources.has(file)) sources.set(file, unbuilt(file));
  const isAffected = ({ file, built, fault, files }: Source) =>
    changed.has(file) ||
    files.some((each) => changed.has(each)) ||
    (fault === undefined ? built === undefined : isRetry);
  const affected = [...sources.values()].filter(isAffected);
  const isNews = (source: Source) => changed.has(source.file) || source.files.some((each) => changed.has(each));
  const changedCode = await withoutUnchanged(parts, affected, isNews);
  const before = watchedText(sources);
  await buildAnew(parts, changedCode, isNews);
  if (watchedText(sources) !== before) restartWatchdog(parts);
  if (affected.length > 0 && parts.swaps.size === 0) await removeOldBundles(parts);
}

async function removeOldBundles({ machine, sources }: Parts): Promise<void> {
  await machine.keepBundles([...sources.values()].flatMap(({ built }) => built?.bundle ?? []));
}

/** Builds services by the definitions that they had. Returns the sources whose code is new, or that had no build. */
async function withoutUnchanged(
  { machine, options }: Parts,
  affected: readonly Source[],
  isNews: (source: Source) => boolean,
): Promise<Source[]> {
  const built = affected.filter((source) => source.built !== undefined);
  if (built.length === 0) return [...affected];
  const bundles = await machine.bundle(built.flatMap(({ built: its }) => its?.entry ?? []));
  const done = new Set<Source>();
  for (const [index, source] of built.entries()) {
    const bundle = bundles[index];
    if (bundle instanceof Error) {
      refuse(source, faultsIn(bundle)[0] ?? bundle.message, { options, isNews: isNews(source) });
      done.add(source);
      continue;
    }
    source.files = bundle?.files ?? source.files;
    if (bundle !== undefined && bundle.build === source.built?.bundle.build) {
      if (source.fault !== undefined) options.show(`${bundle.service.name} mended: its build is the one that runs`);
      source.fault = undefined;
      done.add(source);
    }
  }
  return affected.filter((source) => !done.has(source));
}

/** Reads the definitions in the files, builds their services and lets these take over. */
async function buildAnew(parts: Parts, changed: readonly Source[], isNews: (source: Source) => boolean): Promise<void> {
  const { machine, options, sources } = parts;
  if (changed.length === 0) return;
  const others = [...sources.values()].filter((source) => !changed.includes(source));
  const taken = new Map(others.flatMap(({ file, built }) => (built ? [[built.entry.service.name, file]] : [])));
  const read = await readServices(
    changed.map(({ file }) => file),
    taken,
  );
  for (const { file, text } of read.faults) {
    const source = sources.get(file);
    if (source !== undefined) refuse(source, text, { options, isNews: isNews(source) });
  }
  const bundles = await machine.bundle(read.entries);
  for (const [index, entry] of read.entries.entries()) {
    const source = sources.get(fileOf(entry.source));
    const bundle = bundles[index];
    if (source === undefined || bundle === undefined) continue;
    if (bundle instanceof Error) {
      refuse(source, faultsIn(bundle)[0] ?? bundle.message, { options, isNews: isNews(source) });
      continue;
    }
    source.fault = undefined;
    source.files = bundle.files;
    source.built = { entry, bundle };
    takeOver(parts, source);
  }
}

/** Shows why a file can't be run: once for each change, and when another reason takes the place of the first. */
function refuse(
  source: Source,
  fault: string,
  { options, isNews }: { readonly options: ReloadingOptions; readonly isNews: boolean },
): void {
  const isShown = isNews || source.fault === undefined || (source.fault !== '' && source.fault !== fault);
  source.fault = fault;
  // Ctrl+C ends the process of the bundler too.
  if (!isShown || options.closing.aborted) return;
  const name = source.built?.entry.service.name;
  options.show(
    name === undefined ? `${fault}; it runs when this is mended` : `${name} not reloaded: ${fault}; the old build runs`,
  );
}

function remove(parts: Parts, source: Source): void {
  parts.sources.delete(source.file);
  source.built = undefined;
  if (source.running !== undefined) takeOver(parts, source);
}

/** Lets the newest build of a source run in place of the one that runs, as soon as the run under way has ended. */
function takeOver(parts: Parts, source: Source): void {
  if (source.swapping !== undefined) return;
  const swapping = swap(parts, source).finally(() => {
    source.swapping = undefined;
    parts.swaps.delete(swapping);
  });
  source.swapping = swapping;
  parts.swaps.add(swapping);
}

async function swap(parts: Parts, source: Source): Promise<void> {
  const { closing } = parts.options;
  while (source.running !== source.built && !closing.aborted) {
    const { running } = source;
    const doneUntil = running === undefined ? undefined : await stopBuild(parts, running, source);
    source.running = source.built;
    if (!closing.aborted) startBuild(parts, source, { before: running, doneUntil });
  }
}

/**
 * Ends a build when its run under way has ended. Returns the instant up to which its due times are done, in epoch
 * milliseconds. The due times of another schedule count from now on.
 */
async function stopBuild({ runner, options }: Parts, running: Built, source: Source): Promise<number> {
  const stoppedAt = options.clock.now();
  const fired = await runner.stop(running.entry.service.name);
  const isSame = source.built !== undefined && scheduleText(running) === scheduleText(source.built);
  return isSame ? (fired ?? stoppedAt) : stoppedAt;
}

interface Start {
  readonly before: Built | undefined;
  readonly doneUntil: number | undefined;
}

/** Starts the build of a source if it has one, and shows one line about the change. */
function startBuild({ machine, runner, options, sources }: Parts, source: Source, { before, doneUntil }: Start): void {
  const { running, file } = source;
  const { show } = options;
  if (running === undefined) {
    if (before !== undefined) show(`${before.entry.service.name} stopped: ${shownFile(file)} is deleted`);
    return;
  }
  const host = machine.host(running.bundle, catalogOf(sources));
  runner.start(host, { doneUntil });
  if (before?.bundle !== running.bundle) show(reloadedLine(before, running, scheduleLine(host.service)));
}

function reloadedLine(before: Built | undefined, { bundle }: Built, schedule: string): string {
  const { name } = bundle.service;
  const build = `(build ${bundle.build})`;
  if (before === undefined || before.entry.service.name !== name) return `${name} ${schedule} ${build}`;
  return `${name} reloaded ${build}`;
}

function scheduleText({ entry }: Built): string {
  const { schedule, localInterval } = entry.service;
  return JSON.stringify([schedule, localInterval]);
}

function catalogOf(sources: ReadonlyMap<string, Source>): ServiceEntry[] {
  return [...sources.values()].flatMap(({ built }) => built?.entry ?? []);
}

const WATCHDOG = 'watch-services';

/** What the watchdog knows of the services. */
function watchedText(sources: ReadonlyMap<string, Source>): string {
  const watched = [...sources.values()].flatMap(({ built }) => (built === undefined ? [] : [built]));
  return JSON.stringify(
    watched.map((built) => [built.entry.service.name, built.entry.service.policy, scheduleText(built)]),
  );
}

/** The watchdog gets the list of services when its function is started. */
function restartWatchdog(parts: Parts): void {
  const watchdog = [...parts.sources.values()].find(({ running }) => running?.entry.service.name === WATCHDOG);
  if (watchdog?.built === undefined) return;
  watchdog.built = { ...watchdog.built };
  takeOver(parts, watchdog);
}
