/**
 * What runs leave behind: a promise that nobody waits for, a timer, a listener. A process outlives its runs, so it may fail while
 * another run is under way. Node would end the process, and the innocent run with it. Here it is told as that of the run that left
 * it, whoever is under way goes on, and the process is ended afterwards, since its state is no longer to be trusted.
 *
 * By the context that Node carries along promises, timers and listeners. What no run has left is no business of this: other listeners
 * hear of it, and where there are none it ends the process, as it would without this.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import type { Log } from '../service/index.ts';
import { toIso } from '../time/index.ts';
import type { RunScope, ScopedRun } from './run-scope.ts';

/** What the runs of one function have left behind. */
export interface StrayErrors {
  readonly runScope: RunScope;
  /** Whether any of it has failed, promises left out that somebody has waited for since. */
  failed(): boolean;
}

/** Where the failures of what one run left behind are heard. */
interface Hearing {
  uncaught(error: unknown): void;
  /** @returns what is called if somebody waits for that promise after all */
  unhandled(reason: unknown): () => void;
}

/** A timer that throws does so again and again; nobody reads more of it than this. */
const MOST_TOLD = 5;

const hearings = new AsyncLocalStorage<Hearing>();
const takenUp = new WeakMap<Promise<unknown>, () => void>();
let listening = false;

/** Hears what the runs enclosed by it leave behind, and tells it to the log. The process is listened to from the first run on. */
export function catchStrayErrors(log: Log): StrayErrors {
  let [failures, told] = [0, 0];
  const tell = ({ service, fence, scheduledFor }: ScopedRun, what: string, error: unknown) => {
    told += 1;
    if (told > MOST_TOLD) return;
    const consequence = `the process is ended once a scheduled tick is over${told === MOST_TOLD ? ', and no more is told of it' : ''}`;
    const tick = scheduledFor === undefined ? {} : { tick: toIso(scheduledFor) };
    try {
      log.error(`${service}: run ${fence} ${what}; ${consequence}`, { fence, ...tick, error });
    } catch {
      // Nobody is left to tell, and nothing may be thrown from here.
    }
  };
  return {
    failed: () => failures > 0,
    runScope(run, work) {
      listen();
      const hearing: Hearing = {
        uncaught(error) {
          failures += 1;
          tell(run, 'threw where nothing could catch it', error);
          run.onUncaught(error);
        },
        unhandled(reason) {
          failures += 1;
          tell(run, 'left a promise that was rejected while nobody waited for it', reason);
          return () => {
            failures -= 1;
          };
        },
      };
      return hearings.run(hearing, work);
    },
  };
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on('uncaughtException', (error) => {
    const hearing = hearings.getStore();
    if (hearing === undefined) disown('uncaughtException', error);
    else hearing.uncaught(error);
  });
  process.on('unhandledRejection', (reason, promise) => {
    const hearing = hearings.getStore();
    if (hearing === undefined) disown('unhandledRejection', reason);
    else takenUp.set(promise, hearing.unhandled(reason));
  });
  process.on('rejectionHandled', (promise) => takenUp.get(promise)?.());
}

/** Thrown from here, it ends the process: without a listener it would have. */
function disown(event: 'uncaughtException' | 'unhandledRejection', error: unknown): void {
  if (process.listenerCount(event) === 1) throw error;
}
