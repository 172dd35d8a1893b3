/**
 * Stray errors: a run may leave a promise, a timer or a listener behind that fails during a later run. Node would end
 * the process, and the later run with it. Here the error is logged for the run that caused it. The process ends once a
 * scheduled tick is over, since its memory may be damaged.
 *
 * Node's `AsyncLocalStorage` shows which run caused an error. An error that no run caused is left to other listeners of
 * the process; if there are none, the error ends the process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import type { Log } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import type { RunScope, ScopedRun } from './run-scope.ts';

/** A {@link RunScope}, and the number of the stray errors of all runs that it has started. */
export interface StrayErrors {
  readonly runScope: RunScope;
  /** Loads the code of a service. A stray error of this code is logged for the service, not for the run under way. */
  readonly loadScope: <Result>(service: string, load: () => Promise<Result>) => Promise<Result>;
  /** How many stray errors there have been. A rejected promise that was awaited later is not counted. */
  count: number;
}

interface Catcher {
  uncaught(error: unknown): void;
  /**
   * Receives the reason of a rejected promise that no code has awaited.
   * @returns a function to call if the promise is awaited later
   */
  unhandled(reason: unknown): () => void;
}

/** How many stray errors one call of `catchStrayErrors` logs, at most, since a timer can throw again and again. */
const MOST_LOGGED = 5;

const catchers = new AsyncLocalStorage<Catcher>();
const takenUp = new WeakMap<Promise<unknown>, () => void>();
let listening = false;

/**
 * Makes a {@link RunScope} that catches and logs the stray errors of its runs. The first run adds listeners to
 * `process`.
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

type Origin = Pick<ScopedRun, 'service'> & Partial<Pick<ScopedRun, 'fence' | 'scheduledFor'>>;

/** The run or the loading of code that caused a stray error, as the log names it. */
interface Culprit {
  readonly subject: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function culpritIn({ service, fence, scheduledFor }: Origin): Culprit {
  if (fence === undefined) return { subject: `${service}: its code, as it was loaded,`, fields: {} };
  const tick = scheduledFor === undefined ? {} : { tick: toIso(scheduledFor) };
  return { subject: `${service}: run ${fence}`, fields: { fence, ...tick } };
}

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
 * Handles an error that no run caused: leaves it to the other listeners of the process, or rethrows it if there are
 * none, so that it ends the process.
 */
function disown(event: 'uncaughtException' | 'unhandledRejection', error: unknown): void {
  if (process.listenerCount(event) === 1) throw error;
}
