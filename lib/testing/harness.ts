/**
 * The harness for the tests of one service: the ticks of the service run as on Lambda, with a store in memory, a clock
 * that the test moves, and randomness from a seed. docs/testing.md lists what its methods do.
 */
import type { ServiceState } from '../rules/index.ts';
import { checkInput, type Log, logTo, type Service, unknownVariableWarnings } from '../service/index.ts';
import { toLogFields, toLogMessage } from '../text/index.ts';
import { type Duration, systemClock, toIso } from '../time/index.ts';
import { type DueTime, dueTimesOf } from './due-times.ts';
import {
  type HarnessOptions,
  type HarnessPauseOptions,
  type HarnessRunOptions,
  readAdvance,
  readFail,
  readPause,
  readRunOnce,
  readSettings,
  readTimes,
} from './harness-options.ts';
import { type RunOrder, runnerOf } from './harness-run.ts';
import { type HarnessState, harnessState } from './harness-state.ts';
import { observedStore } from './observed-store.ts';
import { plannedRuns } from './planned-runs.ts';
import { seededRandom } from './seeded-random.ts';
import { refusedResult, type TickResult } from './tick-result.ts';
import { type ClockedRun, virtualClock } from './virtual-clock.ts';

/** A line of the log in a harness. */
export interface HarnessLogLine {
  readonly level: keyof Log;
  readonly message: string;
  /** The fields as JSON with credentials masked, as on Lambda. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One service under test, with its state, its clock and its log. */
export interface Harness<Result = unknown, Given = unknown> {
  /** The instant of the virtual clock, in epoch milliseconds. */
  readonly now: number;
  /** The state of the service now. */
  readonly state: HarnessState;
  /** The lines that the workload and Tickover have logged so far, oldest first. */
  readonly log: readonly HarnessLogLine[];
  /**
   * Moves the clock to the next due time of the service and fires its tick. Real work of runs under way ends first. A
   * halt is part of the result and is not thrown.
   * @throws Error if the run takes longer than `realLimit` in real time, or if the service is never due again
   */
  tick(): Promise<TickResult<Result>>;
  /**
   * Moves the clock on by `duration` and fires each tick that falls due on the way at its own time, as a schedule does.
   * Returns their results in order, once their runs have ended. The time may then be later, if the last run slept. The
   * time of a run that is already under way moves whatever that run waits for.
   */
  advance(duration: Duration): Promise<TickResult<Result>[]>;
  /** Runs the service by hand, now. If its schema refuses the input, the result says why in `inputIssues`. */
  runOnce(options?: HarnessRunOptions<Given>): Promise<TickResult<Result>>;
  /**
   * Lets the deadline of the run under way pass, which fires its signal, and returns its result. If no run is under
   * way, fires the next tick first.
   */
  timeOut(): Promise<TickResult<Result>>;
  /** Lets each of the next `times` runs throw `error` instead of running its workload. `times` is 1 by default. */
  fail(error: unknown, options?: { readonly times?: number }): void;
  /**
   * Lets the process of each of the next `times` runs crash after its workload, before the outcome is written. The next
   * run counts the crash. `times` is 1 by default.
   */
  crash(options?: { readonly times?: number }): void;
  /**
   * Halts the service now, by a run by hand with a fatal error. Even a service whose options tolerate every error is
   * halted.
   * @param error the error of that run. @default an error with the message `halted by a test`
   */
  halt(error?: unknown): Promise<HarnessState>;
  /** Pauses the service: its ticks are skipped until it is resumed, or until `until`. A run under way goes on. */
  pause(options?: HarnessPauseOptions): Promise<HarnessState>;
  /** Resumes the service: ends halt, pause and backoff, and forgets the failures. */
  resume(): Promise<HarnessState>;
}

/**
 * Makes a harness for the tests of a service. Each harness has a state of its own.
 * @throws InvalidOptionsError which names every faulty option, with the expected and the given value
 */
export function harness<Result = unknown, Prepared = unknown, Input = unknown, Given = unknown>(
  tested: Service<Result, Prepared, Input, Given>,
  options?: HarnessOptions<Prepared>,
): Harness<Result, Given>;
/** Makes a harness for any of several services, such as each of a list. */
export function harness(tested: Service, options?: HarnessOptions<never>): Harness;
export function harness<Result, Prepared, Input, Given>(
  tested: Service<Result, Prepared, Input, Given>,
  options: HarnessOptions<Prepared> = {},
): Harness<Result, Given> {
  const { service, variables, secrets, seed, startsAt, realLimit } = readSettings(tested, options);
  const lines: HarnessLogLine[] = [];
  const log = linesLog(lines);
  const plans = plannedRuns();
  const clock = virtualClock(startsAt);
  const random = seededRandom(seed);
  const { store, stored } = observedStore(service.name);
  const fire = runnerOf(service, { clock, store, random, log, variables, secrets, realLimit });
  const dueTimes = dueTimesOf(service, { random, now: clock.now });
  const underWay = new Map<ClockedRun, Promise<TickResult<Result>>>();
  const state = () => harnessState(service, stored(), clock.now());
  for (const warning of unknownVariableWarnings(Object.keys(variables))) log.warn(warning);

  function start(order: RunOrder): Promise<TickResult<Result>> {
    const { run, result } = fire<Result>(order);
    underWay.set(run, result);
    const ended = () => void underWay.delete(run);
    result.then(ended, ended);
    return result;
  }

  const fireTick = ({ scheduledFor }: DueTime) =>
    start({ tick: { kind: 'scheduled', scheduledFor }, plan: plans.next });

  return {
    get now() {
      return clock.now();
    },
    get state() {
      return state();
    },
    get log() {
      return [...lines];
    },
    async tick() {
      const due = dueTimes.take();
      if (!clock.jump(due.startsAt)) await clock.until(due.startsAt);
      return fireTick(due);
    },
    async advance(duration) {
      const end = clock.now() + readAdvance(duration);
      const results: Promise<TickResult<Result>>[] = [];
      let failed = false;
      const undo = clock.push();
      while (!failed && dueTimes.nextStart() <= end) {
        const due = dueTimes.take();
        await clock.until(due.startsAt);
        const result = fireTick(due);
        result.catch(() => {
          failed = true;
        });
        results.push(result);
      }
      await clock.until(failed ? clock.now() : end);
      undo();
      return Promise.all(results);
    },
    async runOnce(given = {}) {
      const { force, input } = readRunOnce(given);
      const checked = await checkInput(service, input, systemClock);
      if (!checked.accepted) return refusedResult<Result>(checked.issues);
      return start({ tick: { kind: 'manual', force }, plan: plans.next, input: checked.value });
    },
    async timeOut() {
      if (underWay.size === 0) {
        const due = dueTimes.take();
        await clock.until(due.startsAt);
        void fireTick(due);
      }
      const [run, result] = [...underWay].at(-1) ?? [];
      await run?.timeOut();
      return result as Promise<TickResult<Result>>;
    },
    fail(error, given = {}) {
      plans.add({ kind: 'fail', error }, readFail(error, given));
    },
    crash(given = {}) {
      plans.add({ kind: 'crash' }, readTimes('crash', given));
    },
    async halt(error = new Error('halted by a test')) {
      const { disposition } = await start({
        tick: { kind: 'manual', force: true },
        plan: () => ({ kind: 'fail', error }),
        isHalting: true,
      });
      if (disposition === 'skipped') throw new Error(`${service.name}: ${notHalted(stored())}`);
      return state();
    },
    async pause(given = {}) {
      await store.pause(service.name, readPause(given, clock.now()));
      return state();
    },
    async resume() {
      await store.resume(service.name);
      return state();
    },
  };
}

function notHalted({ lease }: ServiceState): string {
  const until = lease === undefined ? 'now' : toIso(lease.until);
  return `not halted, since a run that is under way or has crashed holds the lease until ${until}; await the run, or advance() past that time`;
}

function linesLog(lines: HarnessLogLine[]): Log {
  return logTo((level, message, fields = {}) => {
    lines.push({ level, message: toLogMessage(message), fields: toLogFields(fields) });
  });
}
