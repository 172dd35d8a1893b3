/** Looks of a watchdog over states that a test sets, with everything that they say put down. */
import type { ServiceState } from '../../lib/rules/index.ts';
import { NEVER_RUN } from '../../lib/rules/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import {
  checkServices,
  type Found,
  type MemoryStore,
  type Notice,
  type RunKey,
  type Sender,
  type WatchedService,
} from '../../lib/watchdog/index.ts';
import { keptLog } from '../support/loop-kit.ts';
import { partsInMemory } from '../support/parts-in-memory.ts';

/** 2025-10-09T12:00:00Z. */
export const NOON = Date.UTC(2025, 9, 9, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const watched = (name: string, interval = HOUR, tolerance = 2 * MINUTE): WatchedService => ({
  name,
  schedule: { interval },
  tolerance,
  consecutive: 3,
});

export const state = (parts: Partial<ServiceState>): ServiceState => ({
  ...NEVER_RUN,
  fence: 9,
  countedUpTo: 9,
  ...parts,
});
/** A service whose tick of this instant has succeeded. */
export const ticked = (lastTick: number): ServiceState => state({ lastTick, lastSuccess: lastTick + 1_000 });
/** A service that has failed `streak` times in a row, at the last minutes until `lastTick`. */
export const failing = (lastTick: number, streak = 3): ServiceState =>
  state({
    lastTick,
    streak,
    lastSuccess: lastTick - streak * MINUTE + 1_000,
    runs: Array.from({ length: streak }, (_, index) => ({
      outcome: 'failed' as const,
      at: lastTick - (streak - 1 - index) * MINUTE,
      durationMs: 500,
      manual: false,
    })),
  });
export const halted = (lastTick: number, parts: Partial<ServiceState> = {}): ServiceState =>
  state({ lastTick, halt: { at: lastTick + 1_000, build: 'b1', cause: 'TypeError: no' }, ...parts });

export interface KitOptions {
  readonly senders?: readonly string[];
  readonly memory?: MemoryStore;
  readonly failures?: (runs: readonly RunKey[]) => Promise<ReadonlyMap<string, string>>;
}

export function checks(services: readonly WatchedService[], options: KitOptions = {}) {
  const { senders: names = ['sns'], memory = partsInMemory(), failures = async () => new Map() } = options;
  const clock = fakeClock(NOON, { mode: 'manual' });
  const found = new Map<string, Found>();
  const notices: { readonly sender: string; readonly notice: Notice }[] = [];
  const broken = new Set<string>();
  let unhealthy: string[] = [];
  let cursor: string | undefined;
  /** How long each send takes, by sender, in milliseconds. */
  const slow = new Map<string, number>();
  const counts: { readonly watched: number; readonly unhealthy: number }[] = [];
  let list = services;
  const log = keptLog();
  const senders = (): Sender[] =>
    names.map((name) => ({
      name,
      send: async (notice) => {
        await clock.advance(slow.get(name) ?? 0);
        if (broken.has(name)) throw new Error(`${name} is down`);
        notices.push({ sender: name, notice });
      },
    }));
  return {
    found,
    log,
    notices,
    broken,
    slow,
    counts,
    /** The ids of the notices since the last call. */
    newMessages: () => notices.splice(0).map(({ notice }) => notice.id),
    unhealthy: () => unhealthy,
    watch: (next: readonly WatchedService[]) => {
      list = next;
    },
    /** A check, this many minutes after noon. One that crashes has sent its notices, and not remembered that. */
    async checkServices(minutes: number, { manual = false, crashes = false } = {}) {
      await clock.advance(NOON + minutes * MINUTE - clock.now());
      unhealthy = [];
      let saves = 0;
      const mortal: MemoryStore = {
        ...memory,
        save: async (parts, its) => {
          saves += 1;
          if (crashes && saves === 2) throw new Error('the process died');
          return memory.save(parts, its);
        },
      };
      const context = {
        service: 'watch-services',
        clock,
        random: scriptedRandom(),
        signal: new AbortController().signal,
        log,
        ...(cursor === undefined ? {} : { cursor }),
        saveCursor: (next: string) => {
          cursor = next;
        },
        ...(manual ? {} : { scheduledFor: clock.now() }),
      };
      const states = { read: async (all: readonly string[]) => pick(found, all), failures };
      const metrics = {
        unhealthy: (name: string) => void unhealthy.push(name),
        checked: (count: { readonly watched: number; readonly unhealthy: number }) => void counts.push(count),
        flush: () => {},
      };
      return checkServices(context, {
        watched: list,
        states,
        memory: mortal,
        senders: senders(),
        metrics,
        stack: 'Prod',
      });
    },
  };
}

function pick(found: ReadonlyMap<string, Found>, names: readonly string[]): ReadonlyMap<string, Found> {
  return new Map(names.filter((name) => found.has(name)).map((name) => [name, found.get(name)]));
}
