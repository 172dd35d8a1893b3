/**
 * One check of all watched services. Each run of the watchdog makes one check.
 *
 *   1. Read the states of the services, and what the last check remembered.
 *   2. Judge each service, and compare the judgement with the memory. Write the metric of each service in trouble.
 *   3. Store the new changes, each with the names of all senders, which have to send it.
 *   4. Send the changes that senders still have to send. A sender that fails tries again in a later check.
 *   5. Store which changes were sent.
 *   6. If the check is a scheduled one and has done all of this, write the metric `Watched`. The alarm that shows that
 *      the watchdog has stopped rests on it.
 */
import type { RunContext } from '../service/index.ts';
import { HOUR } from '../time/index.ts';
import { type Checked, checkService } from './changes.ts';
import { changedParts, entriesOf, type MemoryPart, type Remembered } from './memory.ts';
import { newChanges, type OwedChange, owedChanges } from './owed-changes.ts';
import type { Found, HealthMetrics, MemoryStore, Sender, StatesReader } from './ports.ts';
import { sendAll, withoutSent } from './sending.ts';
import type { WatchedService } from './watched-service.ts';

/** The services that the watchdog judges, and the ports that a check uses. */
export interface Watchdog {
  /** The watched services, in the order of their names. */
  readonly watched: readonly WatchedService[];
  readonly states: StatesReader;
  readonly memory: MemoryStore;
  readonly senders: readonly Sender[];
  readonly metrics: HealthMetrics;
  /** The name of the stack in which the services run, or 'one machine'; every notice contains it. */
  readonly stack: string;
}

/** The result of one check by the watchdog. */
export interface WatchdogResult {
  readonly watched: number;
  /** The names of the services in trouble. */
  readonly unhealthy: readonly string[];
  /** The ids of the changes that this check found, without those that earlier checks could not send. */
  readonly changes: readonly string[];
}

type Context = Pick<
  RunContext,
  'service' | 'clock' | 'random' | 'signal' | 'log' | 'scheduledFor' | 'cursor' | 'saveCursor'
>;
type Entries = ReadonlyMap<string, Remembered>;

/**
 * Judges every watched service once, and reports what changed. A state that can't be read doesn't stop the check: the
 * service of that state has the trouble `unreadable`.
 * @throws Error at the end of the check, if the store did not return some states or a sender failed; the error of the
 *   store, if the store can't be reached
 */
export async function checkServices(context: Context, watchdog: Watchdog): Promise<WatchdogResult> {
  const { watched, states, memory, metrics } = watchdog;
  // `now` is taken before the states are read. Whatever happens after it is judged by the next check.
  const now = context.clock.now();
  const found = await states.read(
    watched.map(({ name }) => name),
    context,
  );
  const stored = await memory.load(context);
  const before = placed(entriesOf(stored, watched, now), { now, previous: previousCheck(context) });
  context.saveCursor(String(now));
  const checks = judgeAll(watchdog, { found, before, now });
  const unhealthy = checks.filter(({ inTrouble }) => inTrouble).map(({ watched: { name } }) => name);
  for (const name of unhealthy) metrics.unhealthy(name);
  metrics.flush();

  const entries = new Map([...before, ...checks.map(({ watched: { name }, entry }) => [name, entry] as const)]);
  const remembered = await remember(context, watchdog, { stored, entries });
  const owed = await owedChanges(checks, states, context);
  const changes = newChanges(checks, owed);
  logChanges(context, changes);
  const { sent, failed } = await sendAll(owed, watchdog, context);
  await remember(context, watchdog, { stored: remembered, entries: withoutSent(entries, sent, watchdog.senders) });

  refuseHalfDone(context.service, { unread: watched.filter(({ name }) => !found.has(name)), failed });
  if (context.scheduledFor !== undefined) {
    metrics.checked({ watched: watched.length, unhealthy: unhealthy.length });
    metrics.flush();
  }
  return { watched: watched.length, unhealthy, changes: changes.map(({ change }) => change.id) };
}

interface Sights {
  readonly found: ReadonlyMap<string, Found>;
  readonly before: Entries;
  readonly now: number;
}

function judgeAll({ watched, senders }: Watchdog, { found, before, now }: Sights): readonly Checked[] {
  const names = senders.map(({ name }) => name);
  return watched.flatMap((each) => {
    const entry = before.get(each.name);
    if (entry === undefined || !found.has(each.name)) return [];
    return checkService({ watched: each, found: found.get(each.name), entry, now }, names);
  });
}

/**
 * The longest time between two checks, in milliseconds, after which due times are reported that services missed in
 * between. After a longer time (the machine slept, or the stack was deployed again with its old table) only due times
 * since the first new check count. What stopped the services has then stopped the watchdog too, and the alarm on the
 * watchdog has reported that.
 */
const LONGEST_ABSENCE = HOUR;

/**
 * Returns the instant of the previous check in epoch milliseconds, which the cursor of the watchdog contains;
 * `undefined` if there was no previous check.
 */
function previousCheck({ cursor }: Context): number | undefined {
  const instant = Number(cursor);
  return cursor === undefined || !Number.isFinite(instant) ? undefined : instant;
}

function placed(
  entries: Entries,
  { now, previous }: { readonly now: number; readonly previous: number | undefined },
): Entries {
  if (previous === undefined || now - previous <= LONGEST_ABSENCE) return entries;
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, floor: now }]));
}

/**
 * Writes those parts of the watchdog's memory that `entries` change, and returns all parts as they are stored after the
 * write.
 */
async function remember(
  context: Context,
  { memory }: Watchdog,
  { stored, entries }: { readonly stored: readonly MemoryPart[]; readonly entries: Entries },
): Promise<readonly MemoryPart[]> {
  const changed = changedParts(stored, entries);
  if (changed.length === 0) return stored;
  const saved = await memory.save(changed, context);
  const numbers = new Set(saved.map(({ number }) => number));
  return [...stored.filter(({ number }) => !numbers.has(number)), ...saved];
}

function logChanges({ log }: Context, changes: readonly OwedChange[]): void {
  for (const { change } of changes) {
    const { service: watched, kind, id, happened, cause = null, follows, command } = change;
    const fields = { watched, kind, id, cause, follows, command };
    if (kind === 'recovered') log.info(happened, fields);
    else log.warn(happened, fields);
  }
}

interface HalfDone {
  readonly unread: readonly WatchedService[];
  /** The names of the senders that failed, and so have to send some changes again. */
  readonly failed: readonly string[];
}

function refuseHalfDone(service: string, { unread, failed }: HalfDone): void {
  const faults = [
    ...(unread.length === 0
      ? []
      : [`the states of ${unread.map(({ name }) => name).join(', ')} were not read; they are not judged`]),
    ...failed.map((sender) => `the sender ${sender} failed; the next check sends again what it owes`),
  ];
  if (faults.length > 0) throw new Error(`${service}: ${faults.join('; ')}`);
}
