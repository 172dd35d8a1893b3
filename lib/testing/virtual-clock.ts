/**
 * The clock of the harness. Its time is virtual for Tickover and for whatever a workload does with `context.clock`. It
 * stands still while a run waits for anything else, so that real work ends first. It moves
 *
 *   1. to the end of the earliest sleep, if every run under way sleeps on its `context.clock` and none has real work
 *      that is pending. A run may leave a connection or a timer open while it sleeps, so one that is still pending
 *      after MOST_PENDING_WAITS waits is regarded as left open;
 *   2. to the end of the earliest sleep, which may be the deadline of a run, if for MOST_IDLE_WAITS waits no real work
 *      was pending and the process did nothing: then the runs wait for their signal;
 *   3. as far as `until` asks, over the runs that `push` has named;
 *   4. to the deadline of a run, and then over its grace, if `timeOut` or `force` asks for it.
 *
 * The waits are counted and not timed, so that they only become longer on a busy machine.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../time/index.ts';
import { cpuMeter, observeRealWork, type RealWork, realSleep } from './real-work.ts';
import { earliest, fallAsleep, type Sleeper } from './sleepers.ts';

/** One run on a virtual clock. Instants are in epoch milliseconds of the clock. */
export interface ClockedRun {
  /** The clock for Tickover: the deadline of the run, and the limits of its writes. */
  readonly clock: Clock;
  /** The clock for the workload. */
  readonly workloadClock: Clock;
  /** Moves the time to the deadline of the run, which lets the signal of the run fire. */
  timeOut(): Promise<void>;
  /**
   * Moves the time from now on without waiting for anything real, until the run has ended. Returns whether real work of
   * the run is pending.
   */
  force(): boolean;
  /** Ends the run. Its time no longer stands still or moves for this run. */
  end(): void;
  /** Ends the run together with its process: whatever of it still sleeps never wakes up. */
  abandon(): void;
}

/** A clock whose time stands still while runs wait for anything real. */
export interface VirtualClock {
  now(): number;
  beginRun(): ClockedRun;
  /**
   * Moves the time to an instant at once, if no run is under way and no sleep ends until then. Returns whether it did.
   */
  jump(instant: number): boolean;
  /** Lets the time move although the runs that are under way now may wait for something real. Returns the undoing. */
  push(): () => void;
  /** Moves the time to an instant, and wakes each sleeper on the way at its own instant. Time never goes back. */
  until(instant: number): Promise<void>;
}

interface Run {
  readonly realWork: RealWork;
  pushes: number;
  forced: boolean;
  /** Whether the deadline of the run has passed. */
  timeIsUp: boolean;
  abandoned: boolean;
}

/** A sleeper without a `run` waits on behalf of the schedule. */
interface RunSleeper extends Sleeper {
  readonly run?: Run;
  readonly isWorkload?: boolean;
}

/** How often the clock has waited for the runs: with real work pending, and in an idle process with none. */
interface Waited {
  pending: number;
  idle: number;
}

/** How many turns of the event loop the code that was woken gets before the time moves on. */
const TURNS = 3;
/** One wait for the runs, in milliseconds of real time. */
const WAIT = 20;
/** After so many waits real work of a sleeping run is regarded as left open. */
const MOST_PENDING_WAITS = 100;
/** After so many waits in an idle process the runs are regarded as waiting for their signal. */
const MOST_IDLE_WAITS = 50;

/** Makes a virtual clock whose time starts at `startMs`, in epoch milliseconds. */
export function virtualClock(startMs: number): VirtualClock {
  let time = startMs;
  let moving = false;
  let news = new AbortController();
  const runs = new Set<Run>();
  const sleepers = new Set<RunSleeper>();

  const sleepsInWorkload = (run: Run) => [...sleepers].some((one) => one.run === run && one.isWorkload === true);
  const isReady = (run: Run) => run.forced || run.pushes > 0 || run.timeIsUp || sleepsInWorkload(run);
  const isWanted = () => runs.size > 0 || [...sleepers].some(({ run }) => run === undefined);
  const isForced = () => [...runs].some(({ forced }) => forced);
  const isPending = () => [...runs].some((run) => (run.timeIsUp || run.pushes === 0) && run.realWork.isPending());
  const isIdle = () => [...runs].every(({ realWork }) => realWork.isIdle());
  const areReady = () => [...runs].every(isReady);
  const mayMove = () => isForced() || (areReady() && !isPending());

  function wakeFirst(): void {
    const first = earliest(sleepers);
    if (first === undefined) return;
    time = Math.max(time, first.wakesAt);
    if (first.run !== undefined && first.isWorkload !== true) first.run.timeIsUp = true;
    first.wake();
  }

  /** Waits until the time may move, or until there is something new to judge. Returns whether it may move. */
  async function waitForRuns(waited: Waited): Promise<boolean> {
    if (mayMove()) return true;
    const isBusy = cpuMeter();
    news = new AbortController();
    await realSleep(WAIT, news.signal);
    if (news.signal.aborted) return false;
    if (isPending()) waited.pending += 1;
    else if (isIdle() && !isBusy(WAIT)) waited.idle += 1;
    return isLeftOpen(waited) || waited.idle >= MOST_IDLE_WAITS;
  }

  /** Whether the runs only sleep, beside real work that they seem to have left open. This work is accepted then. */
  function isLeftOpen({ pending }: Waited): boolean {
    if (pending < MOST_PENDING_WAITS || !areReady()) return false;
    for (const { realWork } of runs) realWork.accept();
    return !isPending();
  }

  async function move(): Promise<void> {
    news.abort();
    if (moving) return;
    moving = true;
    let waited = { pending: 0, idle: 0 };
    for (await turns(); isWanted(); await turns()) {
      if (!(await waitForRuns(waited))) continue;
      wakeFirst();
      waited = { pending: 0, idle: 0 };
    }
    moving = false;
  }

  const clockFor = (owner: Omit<RunSleeper, keyof Sleeper>): Clock => ({
    now: () => time,
    sleep(ms, signal) {
      if (owner.run?.abandoned) return new Promise(() => {});
      const asleep = fallAsleep(sleepers, { ...owner, wakesAt: time + Math.max(0, ms || 0) }, signal);
      void move();
      return asleep;
    },
  });
  const schedule = clockFor({});

  function push(): () => void {
    const pushed = [...runs];
    for (const run of pushed) run.pushes += 1;
    void move();
    return () => {
      for (const run of pushed) run.pushes -= 1;
    };
  }

  return {
    now: () => time,
    jump(instant) {
      const first = earliest(sleepers);
      if (runs.size > 0 || (first !== undefined && first.wakesAt <= instant)) return false;
      time = Math.max(time, instant);
      return true;
    },
    push,
    until: (instant) => schedule.sleep(instant - time),
    beginRun() {
      const run: Run = { realWork: observeRealWork(), pushes: 0, forced: false, timeIsUp: false, abandoned: false };
      runs.add(run);
      const end = () => {
        if (runs.delete(run)) run.realWork.end();
        void move();
      };
      return {
        clock: clockFor({ run }),
        workloadClock: clockFor({ run, isWorkload: true }),
        async timeOut() {
          await turns();
          const deadline = earliest([...sleepers].filter((one) => one.run === run && one.isWorkload !== true));
          if (deadline === undefined || run.timeIsUp) return;
          const undo = push();
          await schedule.sleep(deadline.wakesAt - time);
          undo();
        },
        force() {
          const isPending = run.realWork.isPending();
          run.forced = true;
          void move();
          return isPending;
        },
        end,
        abandon() {
          run.abandoned = true;
          for (const sleeper of sleepers) if (sleeper.run === run) sleepers.delete(sleeper);
          end();
        },
      };
    },
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
