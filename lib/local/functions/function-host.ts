/**
 * A host for one function: a worker thread that serves its bundle, as Lambda serves a function in an execution
 * environment. As on Lambda, the worker ends when an invocation outlives its timeout. The next invocation replaces a
 * worker that has ended. A worker that asks for its replacement ends once all its invocations are answered.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { invocationTimeout, type Service } from '../../service/index.ts';
import { summarizeError, withoutUndefined } from '../../text/index.ts';
import { type Clock, inSeconds, SECOND } from '../../time/index.ts';
import type { Bundle } from './bundle.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** The handler threw. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly code = 'function-failed';
  /** The class of the error that the handler threw. */
  readonly errorClass: string;

  constructor(errorClass: string, message: string) {
    super(message);
    this.errorClass = errorClass;
  }
}

/** The worker ended before the handler answered: it was recycled, crashed, or timed out. */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';
  readonly code = 'worker-ended';
}

interface HostOptions {
  /** The bundle's service, with the interval it has here. */
  readonly service: Service;
  readonly bundle: Bundle;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Called with every line that the function writes. */
  readonly onLine: (line: string) => void;
  /** The most megabytes of the worker's heap; beyond them the worker ends, and the machine goes on. @default 512 */
  readonly heapMegabytes?: number;
}

/** A function that can be invoked. */
export interface FunctionHost {
  readonly service: Service;
  /**
   * Invokes the handler and returns its answer.
   * @throws FunctionError if the handler threw; WorkerEndedError if it never answered
   */
  invoke(event: unknown): Promise<unknown>;
  /** Asks the function to begin nothing more (`close`), or to give way (`stop`). */
  ask(kind: 'close' | 'stop'): void;
  /** Ends the worker. Resolves when its last line was passed on. */
  end(): Promise<void>;
}

interface Waiting {
  readonly begin: () => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Resolves when the worker has ended and all its lines were passed on. */
  readonly silent: Promise<unknown>;
  /** How many pings the worker has answered. */
  pongs: number;
  /** It gets no more invocations, and ends once it has answered those that it has. */
  worn: boolean;
}

/** The time between two pings of a worker at work. */
const PING_PERIOD = SECOND;
/** Time beyond a run's timeout, to start a worker on a busy machine. */
const BLOCKED_MARGIN = 5 * SECOND;
const HEAP_MEGABYTES = 512;
/** Time for the worker's last lines and answers to arrive behind the deadline. */
const KILL_MARGIN = 500;

/** A host for a bundled function. The worker starts with the first invocation. */
export function hostFunction(options: HostOptions): FunctionHost {
  const { service, clock } = options;
  /** The worker that gets the invocations; `alive` also has worn ones that still have to answer. */
  let running: Running | undefined;
  const alive = new Set<Running>();
  let invocations = 0;

  const current = (): Running => {
    if (running !== undefined) return running;
    const started = startWorker(options, () => {
      if (running === started) running = undefined;
    });
    alive.add(started);
    void started.silent.then(() => alive.delete(started));
    running = started;
    return started;
  };
  const send = ({ worker }: Running, message: ToWorker) => worker.postMessage(message);

  return {
    service,
    async invoke(event) {
      const host = current();
      const id = ++invocations;
      const timeout = invocationTimeout(service, 0);
      const answered = new AbortController();
      // The invocation's time doesn't include the start of its worker, which takes long on a busy machine.
      const begin = () => void endAfter(timeout + KILL_MARGIN, host, answered.signal);
      const answer = new Promise((resolve, reject) => host.waiting.set(id, { begin, resolve, reject }));
      send(host, { kind: 'invoke', id, event, timeout });
      void endIfBlocked(host, answered.signal);
      try {
        return await answer;
      } finally {
        answered.abort();
      }
    },
    ask(kind) {
      for (const host of alive) send(host, { kind });
    },
    async end() {
      await Promise.all([...alive].map(({ worker }) => worker.terminate()));
      await Promise.all([...alive].map(({ silent }) => silent));
    },
  };

  async function endAfter(timeout: number, host: Running, answered: AbortSignal): Promise<void> {
    await clock.sleep(timeout, answered);
    if (answered.aborted) return;
    options.onLine(
      `${service.name}: the invocation did not end within ${inSeconds(timeout - KILL_MARGIN)} s; its worker is ended`,
    );
    await host.worker.terminate();
  }

  /**
   * A thread that is blocked for longer than a run may take reacts to no signal. On Lambda the next firing would get an
   * environment of its own; here it would wait for the blocked thread, so that thread is ended.
   */
  async function endIfBlocked(host: Running, answered: AbortSignal): Promise<void> {
    let silence = 0;
    while (!answered.aborted && silence <= service.timeout + BLOCKED_MARGIN) {
      const before = host.pongs;
      send(host, { kind: 'ping' });
      await clock.sleep(PING_PERIOD, answered);
      silence = host.pongs > before ? 0 : silence + PING_PERIOD;
    }
    if (answered.aborted) return;
    options.onLine(`${service.name}: the worker's thread is blocked for longer than a run may take; it is ended`);
    await host.worker.terminate();
  }
}

/** Starts a worker; `onLeave` is called when it must get no more invocations. */
function startWorker(options: HostOptions, onLeave: () => void): Running {
  const { service, bundle, env, clock, onLine, heapMegabytes = HEAP_MEGABYTES } = options;
  const worker = new Worker(bundle.file, {
    env: withoutUndefined(env),
    // The bundle is plain JavaScript: it needs no loader, but its stacks must name the sources.
    execArgv: ['--enable-source-maps'],
    name: service.name,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    stdout: true,
    stderr: true,
  });
  const silent = Promise.all([worker.stdout, worker.stderr].map((stream) => eachLine(stream, onLine)));
  const running: Running = { worker, waiting: new Map(), silent, pongs: 0, worn: false };
  let cause = '';
  worker.on('message', (message: FromWorker) => {
    if (message === 'recycle') {
      running.worn = true;
      onLeave();
    } else if (message === 'pong') running.pongs++;
    else receive(running, message);
    if (running.worn && running.waiting.size === 0) void worker.terminate();
  });
  // Thrown outside the handler, or never caught: no invocation may be waiting, so the error is logged here, and the
  // worker gets no more.
  worker.on('error', (error) => {
    onLeave();
    const { errorClass, message, text } = summarizeError(error, clock.now());
    cause = ` (${errorClass}: ${message})`;
    onLine(`${service.name}: the worker is ended by an error that nothing in it caught`);
    for (const line of text.split('\n')) onLine(line);
  });
  worker.on('exit', () => {
    onLeave();
    const error = new WorkerEndedError(
      `${service.name}: the worker ended before it answered${cause}; the next invocation starts another`,
    );
    for (const { reject } of running.waiting.values()) reject(error);
  });
  return running;
}

function receive({ waiting }: Running, message: Extract<FromWorker, { id: number }>): void {
  const invocation = waiting.get(message.id);
  if ('begun' in message) invocation?.begin();
  else waiting.delete(message.id);
  if ('error' in message) invocation?.reject(new FunctionError(message.error.name, message.error.message));
  if ('answer' in message) invocation?.resolve(message.answer);
}

/** Resolves when the stream has ended. */
async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    for (const part of splitPrinted(line)) onLine(part);
  });
  await once(lines, 'close');
}

/** Splits the next line of the log from text that a workload printed before it without ending its line. */
export function splitPrinted(line: string): string[] {
  const begin = line.search(/\{"level":"[A-Z]+","message":/);
  return begin > 0 ? [line.slice(0, begin), line.slice(begin)] : [line];
}
