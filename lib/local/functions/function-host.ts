/**
 * A host for one function: a worker thread that serves its bundle, as Lambda serves a function in an execution
 * environment. As on Lambda, the worker ends when an invocation outlives its timeout. The next invocation replaces a
 * worker that has ended. A worker that asks for its replacement ends once all its invocations are answered.
 */
import { invocationTimeout, type Service } from '../../service/index.ts';
import { inSeconds, SECOND } from '../../time/index.ts';
import type { TakeTurn } from './few-at-once.ts';
import type { IdleWorkers } from './idle-workers.ts';
import { type RunningWorker, startWorker, WorkerEndedError, type WorkerOptions } from './running-worker.ts';

export { FunctionError, splitPrinted, WorkerEndedError } from './running-worker.ts';

interface HostOptions extends WorkerOptions {
  /** The bundle's service, with the interval it has here. */
  readonly service: Service;
  /** Starts a worker when it is its turn. @default at once */
  readonly takeTurn?: TakeTurn;
  /** Ends the worker when it is idle. @default never */
  readonly idle?: IdleWorkers;
}

/** A function that can be invoked. */
export interface FunctionHost {
  readonly service: Service;
  /**
   * Invokes the handler and returns its answer. An invocation that had not begun when its worker ended on account of
   * another one has the next worker.
   * @throws FunctionError if the handler threw; WorkerEndedError if it never answered
   */
  invoke(event: unknown): Promise<unknown>;
  /** Asks the function to begin nothing more (`close`), or to yield (`stop`). */
  ask(kind: 'close' | 'stop'): void;
  /** Ends the worker. Resolves when its last line was passed on. */
  end(): Promise<void>;
}

/** The time between two pings of a worker at work. */
const PING_PERIOD = SECOND;
/** Time beyond a run's timeout, to start a worker on a busy machine. */
const BLOCKED_MARGIN = 5 * SECOND;
/** Time for the worker's last lines and answers to arrive behind the deadline. */
const KILL_MARGIN = 500;
/** A worker that takes longer to load its function than this keeps no other from starting. */
const LONGEST_TURN = 10 * SECOND;

/** A host for a bundled function. The worker starts with the first invocation. */
export function hostFunction(options: HostOptions): FunctionHost {
  const { service, clock, takeTurn = (work) => work(), idle } = options;
  /** The worker that gets the invocations; `alive` also has worn ones that still have to answer. */
  let running: RunningWorker | undefined;
  let starting: { readonly worker: Promise<RunningWorker>; readonly cancel: () => void } | undefined;
  const alive = new Set<RunningWorker>();
  let invocations = 0;
  let ends = 0;

  return {
    service,
    async invoke(event) {
      const endsBefore = ends;
      for (;;) {
        const worker = await current();
        try {
          return await invokeIn(worker, event);
        } catch (error) {
          const isAnothers = error instanceof WorkerEndedError && !error.begun && worker.hasLoaded;
          if (!isAnothers || ends > endsBefore) throw error;
        }
      }
    },
    ask(kind) {
      starting?.cancel();
      for (const worker of alive) worker.send({ kind });
    },
    async end() {
      ends++;
      starting?.cancel();
      await Promise.all([...alive].map((worker) => worker.end()));
      await Promise.all([...alive].map(({ silent }) => silent));
    },
  };

  async function current(): Promise<RunningWorker> {
    if (running !== undefined) return running;
    starting ??= startInTurn();
    return starting.worker;
  }

  /** The worker is there once it was started; its turn lasts until it has loaded its function. */
  function startInTurn(): NonNullable<typeof starting> {
    let cancel = () => {};
    const worker = new Promise<RunningWorker>((resolve, reject) => {
      let isCancelled = false;
      cancel = () => {
        isCancelled = true;
        starting = undefined;
        reject(new WorkerEndedError(`${service.name}: stopped before its worker had started`, { begun: false }));
      };
      const start = async () => {
        // `starting` is set first, and then unset.
        await undefined;
        if (isCancelled) return;
        const started = startNow();
        resolve(started);
        const isOver = new AbortController();
        await Promise.race([started.loaded, clock.sleep(LONGEST_TURN, isOver.signal)]);
        isOver.abort();
      };
      takeTurn(start).catch((error) => {
        const message = `${service.name}: its worker can't be started (${String(error)}); nothing ran`;
        reject(new WorkerEndedError(message, { begun: false }));
      });
    });
    return { worker, cancel };
  }

  function startNow(): RunningWorker {
    starting = undefined;
    const worker = startWorker(options, {
      onLeave: () => {
        if (running === worker) running = undefined;
        idle?.remove(worker);
      },
      onIdle: () => {
        if (running === worker) idle?.add(worker);
      },
    });
    running = worker;
    alive.add(worker);
    void worker.silent.then(() => alive.delete(worker));
    return worker;
  }

  async function invokeIn(worker: RunningWorker, event: unknown): Promise<unknown> {
    const id = ++invocations;
    const timeout = invocationTimeout(service, 0);
    const answered = new AbortController();
    // The invocation's time doesn't include the start of its worker, which takes long on a busy machine.
    const begin = () => void endAfter(timeout + KILL_MARGIN, worker, answered.signal);
    const answer = new Promise((resolve, reject) => worker.waiting.set(id, { begin, resolve, reject, begun: false }));
    idle?.remove(worker);
    worker.send({ kind: 'invoke', id, event, timeout });
    void endIfBlocked(worker, answered.signal);
    try {
      return await answer;
    } finally {
      answered.abort();
    }
  }

  async function endAfter(timeout: number, worker: RunningWorker, answered: AbortSignal): Promise<void> {
    await clock.sleep(timeout, answered);
    if (answered.aborted) return;
    options.onLine(
      `${service.name}: the invocation did not end within ${inSeconds(timeout - KILL_MARGIN)} s; its worker is ended`,
    );
    await worker.end();
  }

  /**
   * A thread that is blocked for longer than a run may take reacts to no signal. On Lambda the next firing would get an
   * environment of its own; here it would wait for the blocked thread, so that thread is ended.
   */
  async function endIfBlocked(worker: RunningWorker, answered: AbortSignal): Promise<void> {
    let silence = 0;
    while (!answered.aborted && silence <= service.timeout + BLOCKED_MARGIN) {
      const before = worker.pongs;
      worker.send({ kind: 'ping' });
      await clock.sleep(PING_PERIOD, answered);
      silence = worker.pongs > before ? 0 : silence + PING_PERIOD;
    }
    if (answered.aborted) return;
    options.onLine(`${service.name}: the worker's thread is blocked for longer than a run may take; it is ended`);
    await worker.end();
  }
}
