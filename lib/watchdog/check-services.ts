/** One check of all watched services. It reports the overdue ones by metric and log. */
import type { RunContext } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import { judge } from './judge.ts';
import { floorOf, readCursor, updateMemory, writeCursor } from './memory.ts';
import type { OverdueMetric, StatesReader } from './ports.ts';
import { WATCHED_VARIABLE, type WatchedService } from './watched-service.ts';

/** The services to check, and the ports that a check needs. */
export interface Watchdog {
  /** The watched services, in the order of their names. */
  readonly watched: readonly WatchedService[];
  readonly states: StatesReader;
  readonly metric: OverdueMetric;
}

/** The number of watched services, and the names of the overdue ones. */
export interface WatchdogResult {
  readonly watched: number;
  readonly overdue: readonly string[];
}

type Context = Pick<RunContext, 'service' | 'clock' | 'random' | 'signal' | 'log' | 'cursor' | 'saveCursor'>;

/**
 * Checks each service separately: a state that can't be read is reported as overdue and doesn't prevent the check of
 * the others.
 * @throws Error at the end, if some states were not read; the error of the store, if none was
 */
export async function checkServices(context: Context, { watched, states, metric }: Watchdog): Promise<WatchdogResult> {
  const { clock, log } = context;
  if (watched.length === 0) {
    log.info(`No services are watched; set ${WATCHED_VARIABLE}.`);
    return { watched: 0, overdue: [] };
  }
  // Taken before the states are read: the next check judges what happens later.
  const now = clock.now();
  const names = watched.map(({ name }) => name);
  const found = await states.read(names, context);
  const memory = updateMemory(readCursor(context.cursor, watched, now), found, now);
  const read = watched.filter(({ name }) => found.has(name));
  const findings = read.flatMap(
    (each) => judge(each, found.get(each.name), { now, since: floorOf(memory, each.name) }) ?? [],
  );
  const overdue = findings.map(({ service }) => service);
  context.saveCursor(writeCursor(memory, overdue, watched));
  for (const { name } of read) metric.set(name, overdue.includes(name));
  metric.flush();
  for (const { service, message, kind, due } of findings) {
    log.warn(message, { watched: service, kind, due: due === undefined ? null : toIso(due) });
  }
  const unread = names.filter((name) => !found.has(name));
  if (unread.length > 0) {
    throw new Error(`${context.service}: the states of ${unread.join(', ')} were not read; they are not judged`);
  }
  return { watched: names.length, overdue };
}
