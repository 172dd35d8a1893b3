/**
 * Runs one Lambda function in a worker thread, as Lambda runs it in an execution environment. A worker that exceeds its
 * timeout is ended, and the next invocation starts another.
 */
import { invocationTimeout, type Service } from '../../service/index.ts';
import { inSeconds, SECOND } from '../../time/index.ts';
import type { TakeTurn } from './few-at-once.ts';
import type { IdleWorkers } from './idle-workers.ts';
import {
  isWorkerEnded,
  type RunningWorker,
  startWorker,
  WorkerEndedError,
  type WorkerOptions,
} from './running-worker.ts';

export { FunctionError, isFunctionError, isWorkerEnded, splitPrinted, WorkerEndedError } from './running-worker.ts';

interface HostOptions extends WorkerOptions {
  readonly service: Service;
  /** Limits how many worker threads of the machine start at the same time. @default no limit */
  readonly takeTurn?: TakeTurn;
  /** Ends worker threads that have had no invocation for a while. @default none is ended */
  readonly idle?: IdleWorkers;
}

/** Runs one Lambda function in worker threads. */
export interface FunctionHost {
  readonly service: Service;
  /**
   * Invokes the handler and returns its answer. If the worker ends before the handler begins, another worker gets the
   * invocation.
   * @throws FunctionError if the handler threw; WorkerEndedError if the worker ended before it answered
   */
  invoke(event: unknown): Promise<unknown>;
  /**
   * `close` asks the workers to begin no further tick. `stop` asks them to end their runs without an outcome, so that
   * the ticks may run again.
   */
  ask(kind: 'close' | 'stop'): void;
  /** Ends all workers. Resolves when their last log lines have arrived. */
  end(): Promise<void>;
}

/** The time between two pings to a worker thread with an invocation, in milliseconds. */
const PING_PERIOD = SECOND;
/**
 * How much longer than the timeout of its service a worker may leave pings unanswered, in milliseconds, since its start
 * is slow on a busy machine.
 */
const BLOCKED_MARGIN = 5 * SECOND;
/** How much time a worker has to answer and write log lines after its timeout, in milliseconds. Then it is ended. */
const KILL_MARGIN = 500;
/** How long the start of the next worker waits for a worker that is still loading, in milliseconds. */
const LONGEST_TURN = 10 * SECOND;

/** Makes a FunctionHost. Its first invocation starts a worker thread. */
export function hostFunction(options: HostOptions): FunctionHost {
  const { service, clock, takeTurn = (work) => work(), idle } = options;
  /** The worker that gets new invocations. `alive` also contains workers that get no new ones and end soon. */
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
          const isAnothers = isWorkerEnded(error) && !error.begun && worker.hasLoaded;
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
   * Starts a worker when `takeTurn` allows it. The turn ends when the worker has loaded its function, or after
   * LONGEST_TURN.
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
        // Lets the caller assign `starting` first, since `startNow` clears it.
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
    // The time limit counts from the start of the handler, since the start of a worker thread can take long.
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
   * Ends a worker whose thread is blocked: it has left pings unanswered for longer than a run may take. Otherwise all
   * later ticks of the service would wait for this thread.
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
