/**
 * Stray errors: a run may leave something behind (a promise that nobody awaits, a timer, a listener) that fails while
 * another run is under way. Node would end the process, and the other run with it. Here the error is logged as an error
 * of the run that left it behind, and the run under way goes on. The process ends once a scheduled tick is over, since
 * its memory may be damaged.
 *
 * The run that an error belongs to is known by the context that Node passes along with promises, timers and listeners
 * (`AsyncLocalStorage`). An error that belongs to no run is left to other listeners; if there are none, it ends the
 * process, as it would without this module.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import type { Log } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import type { RunScope, ScopedRun } from './run-scope.ts';

/** A run scope, and the number of the stray errors of all runs that go through it. */
export interface StrayErrors {
  readonly runScope: RunScope;
  /** Loads the code of a service. What it leaves behind is no error of whichever run is under way. */
  readonly loadScope: <Result>(service: string, load: () => Promise<Result>) => Promise<Result>;
  /** How many stray errors there have been. A rejected promise that was awaited later is not counted. */
  count: number;
}

/** Receives the stray errors of one run. */
interface Catcher {
  uncaught(error: unknown): void;
  /**
   * Receives the reason of a rejected promise that no code has awaited.
   * @returns a function to call if the promise is awaited later
   */
  unhandled(reason: unknown): () => void;
}

/** The largest number of stray errors that are logged for one run scope, since a timer can throw again and again. */
const MOST_LOGGED = 5;

const catchers = new AsyncLocalStorage<Catcher>();
const takenUp = new WeakMap<Promise<unknown>, () => void>();
let listening = false;

/**
 * Catches and logs the stray errors of the runs that go through the returned `runScope`. The first of these runs adds
 * the listeners to `process`.
 */
export function catchStrayErrors(log: Log): StrayErrors {
  let logged = 0;
  const report = ({ subject, fields }: Culprit, what: string, error: unknown) => {
    logged += 1;
    if (logged > MOST_LOGGED) return;
    const consequence = `the process is ended once a scheduled tick is over${logged === MOST_LOGGED ? ', and no more of them is logged' : ''}`;
    log.error(`${subject} ${what}; ${consequence}`, { ...fields, error });
  };
  const stray: StrayErrors = {
    count: 0,
    runScope(run, work) {
      if (!listening) listen();
      return catchers.run(catcherOf(run, run.onUncaught), work);
    },
    loadScope(service, load) {
      if (!listening) listen();
      return catchers.run(catcherOf({ service }), load);
    },
  };
  const catcherOf = (from: Origin, onUncaught?: (error: unknown) => void): Catcher => ({
    uncaught(error) {
      stray.count += 1;
      report(culpritIn(from), 'threw where nothing could catch it', error);
      onUncaught?.(error);
    },
    unhandled(reason) {
      stray.count += 1;
      report(culpritIn(from), 'left a promise that was rejected while nobody waited for it', reason);
      return () => {
        stray.count -= 1;
      };
    },
  });
  return stray;
}

/** A run, or the loading of a service's code. */
type Origin = Pick<ScopedRun, 'service'> & Partial<Pick<ScopedRun, 'fence' | 'scheduledFor'>>;

/** Who left something behind, as the log shows it. */
interface Culprit {
  readonly subject: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function culpritIn({ service, fence, scheduledFor }: Origin): Culprit {
  if (fence === undefined) return { subject: `${service}: its code, as it was loaded,`, fields: {} };
  const tick = scheduledFor === undefined ? {} : { tick: toIso(scheduledFor) };
  return { subject: `${service}: run ${fence}`, fields: { fence, ...tick } };
}

/** Adds the listeners for stray errors to `process`. It is called once in a process. */
function listen(): void {
  listening = true;
  process.on('uncaughtException', (error) => {
    const catcher = catchers.getStore();
    if (catcher === undefined) disown('uncaughtException', error);
    else catcher.uncaught(error);
  });
  process.on('unhandledRejection', (reason, promise) => {
    const catcher = catchers.getStore();
    if (catcher === undefined) disown('unhandledRejection', reason);
    else takenUp.set(promise, catcher.unhandled(reason));
  });
  process.on('rejectionHandled', (promise) => takenUp.get(promise)?.());
}

/**
 * Leaves an error that belongs to no run to the other listeners of the process. If there are no other listeners,
 * rethrows the error, so that it ends the process, as it would without this module.
 */
function disown(event: 'uncaughtException' | 'unhandledRejection', error: unknown): void {
  if (process.listenerCount(event) === 1) throw error;
}
