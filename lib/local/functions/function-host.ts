/**
 * A host runs one function in a worker thread, as Lambda runs it in an execution environment. As on Lambda, the worker
 * is ended if an invocation takes longer than its timeout. If a worker has ended, the next invocation starts another
 * one. A worker that asks to be replaced gets no more invocations. It is ended when it has answered its last one.
 */
import { invocationTimeout, type Service } from '../../service/index.ts';
import { inSeconds, SECOND } from '../../time/index.ts';
import type { TakeTurn } from './few-at-once.ts';
import type { IdleWorkers } from './idle-workers.ts';
import { type RunningWorker, startWorker, WorkerEndedError, type WorkerOptions } from './running-worker.ts';

export { FunctionError, splitPrinted, WorkerEndedError } from './running-worker.ts';

interface HostOptions extends WorkerOptions {
  /** The service of the bundle, with the interval that it has on this machine. */
  readonly service: Service;
  /**
   * Calls the function that starts a worker as soon as few enough workers of other functions are starting. @default at
   * once
   */
  readonly takeTurn?: TakeTurn;
  /**
   * The list of the idle workers of the machine, which ends them after a while. @default an idle worker is not ended
   */
  readonly idle?: IdleWorkers;
}

/** The host of one function. Its method `invoke` invokes the function. */
export interface FunctionHost {
  readonly service: Service;
  /**
   * Invokes the handler of the function and returns its answer. If the worker ends because of another invocation before
   * it has begun this one, this invocation is passed to the next worker.
   * @throws FunctionError if the handler threw; WorkerEndedError if the worker ended before it answered
   */
  invoke(event: unknown): Promise<unknown>;
  /** Asks all workers of the function to begin nothing new (`close`), or to let their runs yield (`stop`). */
  ask(kind: 'close' | 'stop'): void;
  /** Ends all workers of the function. Resolves when their last log lines were passed to `onLine`. */
  end(): Promise<void>;
}

/** The time between two pings to a worker that has an invocation, in milliseconds. */
const PING_PERIOD = SECOND;
/**
 * How much longer than the timeout of its service a worker may leave pings unanswered, in milliseconds. The worker may
 * have to start first, which takes long on a busy machine.
 */
const BLOCKED_MARGIN = 5 * SECOND;
/**
 * How long after its deadline an invocation may still answer and write its last log lines, in milliseconds. Then its
 * worker is ended.
 */
const KILL_MARGIN = 500;
/**
 * The longest time for which the start of other workers waits for a worker that still loads its function, in
 * milliseconds.
 */
const LONGEST_TURN = 10 * SECOND;

/** Makes the host of a bundled function. The first invocation starts the worker. */
export function hostFunction(options: HostOptions): FunctionHost {
  const { service, clock, takeTurn = (work) => work(), idle } = options;
  /**
   * The worker that gets new invocations, if there is one. `alive` contains it, and replaced workers that have not
   * ended yet.
   */
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

  /**
   * Starts a worker when `takeTurn` allows it. The promise `worker` resolves as soon as the worker is started. The next
   * worker may start when this one has loaded its function.
   */
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
        // This wait lets the caller assign `starting` before `startNow` clears it.
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
    // The timeout is counted from the moment when the worker begins the invocation, since the start of a worker can
    // take long on a busy machine.
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
   * Ends a worker that answers no ping for longer than a run may take. The thread of such a worker is blocked and
   * reacts to no signal. On Lambda the next firing would get another execution environment. Here it would wait for this
   * thread.
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
