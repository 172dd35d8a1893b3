/** Runs the services of a machine on their schedules, where single services come and go while the others run. */
import { setMaxListeners } from 'node:events';
import type { FunctionHost } from './functions/function-host.ts';
import { fireOnSchedule } from './schedule-clock.ts';

/**
 * The abort signals that end `npm start`. `closing` is aborted first, so that nothing new begins. `stop` is aborted
 * later, so that runs under way end without an outcome and their ticks may run again.
 */
export interface Stopping {
  readonly closing: AbortSignal;
  readonly stop: AbortSignal;
}

type ScheduleOptions = Omit<Parameters<typeof fireOnSchedule>[1], 'closing' | 'hasTicked' | 'doneUntil'>;
type StartOptions = Pick<Parameters<typeof fireOnSchedule>[1], 'hasTicked' | 'doneUntil'>;

/** The services of a machine that run on their schedules. */
export interface ServiceRunner {
  /** Invokes the function on its schedule from now on. Does nothing if the process is stopping. */
  start(host: FunctionHost, how?: StartOptions): void;
  /**
   * Ends the schedule of a service. Resolves when its run under way and its workers have ended.
   * @returns the due time of its last invocation, in epoch milliseconds; `undefined` if there was none
   */
  stop(name: string): Promise<number | undefined>;
  /** Resolves when every schedule has ended, which needs an end of `closing`. */
  ended(): Promise<void>;
}

interface Running {
  readonly host: FunctionHost;
  readonly closing: AbortController;
  readonly fired: Promise<number | undefined>;
}

/** Makes a ServiceRunner that passes the abort of `closing` and `stop` on to the workers. */
export function serviceRunner({ closing, stop }: Stopping, options: ScheduleOptions): ServiceRunner {
  const running = new Map<string, Running>();
  /** Also those that `stop` is ending. */
  const all = new Set<Running>();

  // Each service adds listeners to `closing` and `stop`. Node would warn of more than ten.
  setMaxListeners(0, closing, stop);
  const close = (each: Running) => {
    each.closing.abort();
    each.host.ask('close');
  };
  const onClosing = () => {
    for (const each of all) close(each);
  };
  const onStop = () => {
    for (const { host } of all) host.ask('stop');
  };
  closing.addEventListener('abort', onClosing, { once: true });
  stop.addEventListener('abort', onStop, { once: true });

  return {
    start(host, how = {}) {
      if (closing.aborted) return;
      const own = new AbortController();
      setMaxListeners(0, own.signal);
      const fired = fireOnSchedule(host, { ...options, ...how, closing: own.signal });
      const started = { host, closing: own, fired };
      running.set(host.service.name, started);
      all.add(started);
    },
    async stop(name) {
      const stopped = running.get(name);
      if (stopped === undefined) return undefined;
      running.delete(name);
      close(stopped);
      const fired = await stopped.fired;
      await stopped.host.end();
      all.delete(stopped);
      return fired;
    },
    async ended() {
      await Promise.all([...all].map(({ fired }) => fired));
    },
  };
}
