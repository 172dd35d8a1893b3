/**
 * Stray errors: what a run leaves behind (a promise that nothing waits for, a timer, a listener) may fail while another
 * run is under way. Node would end the process, and the innocent run with it. Here the error is logged as that of the
 * run that left it, the run under way goes on, and the process ends afterwards, since its state is no longer to be
 * trusted.
 *
 * The run is known by the context that Node carries along promises, timers and listeners. An error from outside every
 * run is left to other listeners; where there are none it ends the process, as it would without this.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import type { Log } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import type { RunScope, ScopedRun } from './run-scope.ts';

/** The stray errors of one function's runs. */
export interface StrayErrors {
  readonly runScope: RunScope;
  /** How many there were, without those of promises that something has waited for since. */
  count: number;
}

/** Takes the errors that one run strays. */
interface Catcher {
  uncaught(error: unknown): void;
  /** @returns a function to call if something waits for that promise after all */
  unhandled(reason: unknown): () => void;
}

/** A timer that throws does so again and again; nobody reads more of it than this. */
const MOST_LOGGED = 5;

const catchers = new AsyncLocalStorage<Catcher>();
const takenUp = new WeakMap<Promise<unknown>, () => void>();
let listening = false;

/** Catches and logs the stray errors of runs inside its scope. The process is listened to from the first run on. */
export function catchStrayErrors(log: Log): StrayErrors {
  let logged = 0;
  const report = ({ service, fence, scheduledFor }: ScopedRun, what: string, error: unknown) => {
    logged += 1;
    if (logged > MOST_LOGGED) return;
    const consequence = `the process is ended once a scheduled tick is over${logged === MOST_LOGGED ? ', and no more of them is logged' : ''}`;
    const tick = scheduledFor === undefined ? {} : { tick: toIso(scheduledFor) };
    log.error(`${service}: run ${fence} ${what}; ${consequence}`, { fence, ...tick, error });
  };
  const stray: StrayErrors = {
    count: 0,
    runScope(run, work) {
      if (!listening) listen();
      const catcher: Catcher = {
        uncaught(error) {
          stray.count += 1;
          report(run, 'threw where nothing could catch it', error);
          run.onUncaught(error);
        },
        unhandled(reason) {
          stray.count += 1;
          report(run, 'left a promise that was rejected while nobody waited for it', reason);
          return () => {
            stray.count -= 1;
          };
        },
      };
      return catchers.run(catcher, work);
    },
  };
  return stray;
}

/** Listens to the process, once. */
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

/** Thrown from here, it ends the process: without a listener it would have. */
function disown(event: 'uncaughtException' | 'unhandledRejection', error: unknown): void {
  if (process.listenerCount(event) === 1) throw error;
}
