/**
 * A child process of the bench: runs generated services as `npm start` does, and prints how much memory and processor
 * time they took, as one line of JSON. The arguments are the number of services and the number of seconds.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMachine, readLogLine, runMachine } from '../../lib/local/index.ts';
import type { ServiceEntry } from '../../lib/local/services/find-services.ts';
import { SECOND, systemClock } from '../../lib/time/index.ts';

export interface Figures {
  /** How many services have run at least one tick. */
  readonly ran: number;
  /** The seconds from the start of this process until every service had ended its first run. */
  readonly lastRanAfter: number;
  /**
   * The resident memory of this process and its child processes, in MB: `megabytes` at the end, `highest` at the
   * highest.
   */
  readonly megabytes: number;
  readonly highest: number;
  readonly processorSeconds: number;
  /** The lines about failures that the services and the machine printed. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

const MEGABYTE = 1_024;
const [services = '0', seconds = '60'] = process.argv.slice(2);
const startedAt = systemClock.now() - process.uptime() * SECOND;
const directory = await mkdtemp(join(tmpdir(), 'tickover-bench-'));
const ran = new Map<string, number>();
const failures: string[] = [];
const closing = new AbortController();
let highest = 0;

const machine = await openMachine({
  directory,
  catalog: await catalogOf(Number(services)),
  variables: process.env,
  onLine: count,
});
const running = runMachine(
  machine,
  { closing: closing.signal, stop: closing.signal },
  { show: (line) => failures.push(line) },
);
const end = startedAt + Number(seconds) * SECOND;
while (systemClock.now() < end) {
  await systemClock.sleep(Math.min(SECOND, end - systemClock.now()));
  highest = Math.max(highest, await memoryOf(process.pid));
}
const megabytes = await memoryOf(process.pid);
closing.abort();
await running;
await machine.close();
await rm(directory, { recursive: true, force: true });
const lastRanAfter = Math.max(0, ...ran.values());
const { user, system } = process.cpuUsage();
const processorSeconds = (user + system) / 1_000 / SECOND;
const figures: Figures = { ran: ran.size, lastRanAfter, megabytes, highest, processorSeconds, failures, warnings: [] };
console.log(JSON.stringify(figures));
process.exit();

function count(line: string): void {
  const read = readLogLine(line);
  if (read.kind === 'print') failures.push(read.text);
  if (read.kind !== 'tick' || read.tick.disposition !== 'ran' || ran.has(read.tick.service)) return;
  ran.set(read.tick.service, (systemClock.now() - startedAt) / SECOND);
}

async function catalogOf(count: number): Promise<ServiceEntry[]> {
  const room = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../lib/${path}/index.ts`, import.meta.url)));
  const entries: ServiceEntry[] = [];
  for (let index = 0; index < count; index++) {
    const name = `service-${index}`;
    const functionFile = join(directory, `${name}.ts`);
    const code = `
      import { scheduledHandler } from ${room('lambda')};
      import { defineService } from ${room('service')};
      export const service = defineService({ name: '${name}', interval: '60s', workload: async () => ({ index: ${index} }) });
      export const handler = process.env.TICKOVER_TABLE === undefined ? undefined : scheduledHandler(service);
    `;
    await writeFile(functionFile, code);
    const { service } = (await import(functionFile)) as Pick<ServiceEntry, 'service'>;
    entries.push({ service, source: { entry: functionFile } });
  }
  return entries;
}

/** Returns the resident memory of a process and its descendants, in MB. Without /proc, the memory of this process. */
async function memoryOf(pid: number): Promise<number> {
  const all = await readdir('/proc').catch(() => []);
  const processes = await Promise.all(all.filter((name) => /^\d+$/.test(name)).map(read));
  const below = (parent: number): number =>
    processes
      .filter((found) => found.parent === parent)
      .reduce((sum, found) => sum + found.megabytes + below(found.pid), 0);
  const own = processes.find((found) => found.pid === pid);
  return (own?.megabytes ?? process.memoryUsage.rss() / MEGABYTE ** 2) + below(pid);
}

async function read(pid: string): Promise<{ pid: number; parent: number; megabytes: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { pid: Number(pid), parent: field('PPid'), megabytes: field('VmRSS') / MEGABYTE };
}
