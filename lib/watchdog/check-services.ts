/** One look at every watched service: who is overdue is told by metric and log. */
import type { RunContext } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import { type Finding, judge } from './judge.ts';
import { afterLook, recall, sinceOf, written } from './memory.ts';
import type { Found, OverdueMetric, StatesReader } from './ports.ts';
import { WATCHED_VARIABLE, type WatchedService } from './watched-service.ts';

/** What a look works with. */
export interface Watchdog {
  /** In the order of their names. */
  readonly watched: readonly WatchedService[];
  readonly states: StatesReader;
  readonly metric: OverdueMetric;
}

/** What came of a look. */
export interface WatchdogResult {
  readonly watched: number;
  /** The services that are overdue. */
  readonly overdue: readonly string[];
}

type Context = Pick<RunContext, 'service' | 'clock' | 'random' | 'signal' | 'log' | 'cursor' | 'saveCursor'>;

/**
 * Looks once. Each service is judged by itself: one that can't be read is told as overdue and keeps no other from being judged.
 * @throws Error at the end, if some states could not be had; the store's error, if none could
 */
export async function watch(context: Context, { watched, states, metric }: Watchdog): Promise<WatchdogResult> {
  const { clock, log } = context;
  if (watched.length === 0) {
    log.info(`No services are watched; set ${WATCHED_VARIABLE}.`);
    return { watched: 0, overdue: [] };
  }
  // Before the states are read: what happens while they are on their way is the next look's.
  const now = clock.now();
  const names = watched.map(({ name }) => name);
  const found = await states.read(names, context);
  const findings = look({ context, watched, found, now });
  const overdue = findings.map(({ service }) => service);
  for (const name of names) if (found.has(name)) metric.tell(name, overdue.includes(name));
  metric.flush();
  for (const { service, message, kind, due } of findings) {
    log.warn(message, { watched: service, kind, due: due === undefined ? null : toIso(due) });
  }
  const unread = names.filter((name) => !found.has(name));
  if (unread.length > 0) {
    throw new Error(`${context.service}: the states of ${unread.join(', ')} could not be had; they are not judged`);
  }
  return { watched: names.length, overdue };
}

interface Look {
  readonly context: Context;
  readonly watched: readonly WatchedService[];
  readonly found: ReadonlyMap<string, Found>;
  readonly now: number;
}

function look({ context, watched, found, now }: Look): Finding[] {
  const memory = afterLook(recall(context.cursor, watched, now), found, now);
  const findings = watched
    .filter(({ name }) => found.has(name))
    .flatMap((each) => judge(each, found.get(each.name), { now, since: sinceOf(memory, each.name) }) ?? []);
  const overdue = findings.map(({ service }) => service);
  context.saveCursor(written(memory, overdue, watched));
  return findings;
}
