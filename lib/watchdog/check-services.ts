/**
 * One check of all watched services, which is one run of the watchdog:
 *
 *   1. Read the states of the services, and what the watchdog remembers.
 *   2. Judge each service. Write the metric of each service in trouble.
 *   3. Store the new changes, each with the names of all senders, which have to send it.
 *   4. Send the changes. A sender that fails tries again in the next check.
 *   5. Store which changes were sent.
 *   6. After a scheduled check without failures, write the metric `Watched`. An alarm fires if this metric is missing,
 *      since the watchdog has then stopped.
 */
import type { RunContext } from '../service/index.ts';
import { HOUR } from '../time/index.ts';
import { type Checked, checkService } from './changes.ts';
import { changedParts, entriesOf, type MemoryPart, type Remembered, removedEntries } from './memory.ts';
import { newChanges, type OwedChange, owedChanges } from './owed-changes.ts';
import type { Found, HealthMetrics, MemoryStore, Sender, StatesReader } from './ports.ts';
import { sendAll, withoutSent } from './sending.ts';
import type { WatchedService } from './watched-service.ts';

/** The watched services, and the stores, senders and metrics that a check uses. */
export interface Watchdog {
  /** The watched services, in the order of their names. */
  readonly watched: readonly WatchedService[];
  readonly states: StatesReader;
  readonly memory: MemoryStore;
  readonly senders: readonly Sender[];
  readonly metrics: HealthMetrics;
  /** The name of the stack in which the services run, or 'one machine', for the notices. */
  readonly stack: string;
}

export interface WatchdogResult {
  readonly watched: number;
  readonly unhealthy: readonly string[];
  /** The ids of the changes that this check found. Changes that only earlier checks found are left out. */
  readonly changes: readonly string[];
}

type Context = Pick<
  RunContext,
  'service' | 'clock' | 'random' | 'signal' | 'log' | 'scheduledFor' | 'cursor' | 'saveCursor'
>;
type Entries = ReadonlyMap<string, Remembered>;

/**
 * Judges every watched service once, and reports what changed. A state that can't be read becomes the trouble
 * `unreadable`.
 * @throws Error at the end of the check, if states were missing in the answer of the store or a sender failed;
 * StoreError if the store can't be reached
 */
export async function checkServices(context: Context, watchdog: Watchdog): Promise<WatchdogResult> {
  const { watched, states, memory, metrics } = watchdog;
  // `now` precedes the reads, so that no event falls between two checks.
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

  const removed = removedEntries(stored, watched, now);
  const entries = new Map([
    ...removed,
    ...before,
    ...checks.map(({ watched: { name }, entry }) => [name, entry] as const),
  ]);
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
 * If the watchdog was off for longer than this (in milliseconds), due times in the break don't count as missed. The
 * machine slept, or the stack is new, so the services were off as well.
 */
const LONGEST_ABSENCE = HOUR;

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
