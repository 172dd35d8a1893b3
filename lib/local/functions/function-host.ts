/**
 * A host for one function: a worker thread that serves its bundle, as Lambda serves a function in an execution environment. An
 * invocation that outlives its timeout has its worker ended, as Lambda would; a worker that ended is replaced by the next invocation,
 * and so is one that asks for it, once everybody has their answer.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { invocationTimeout, type Service } from '../../service/index.ts';
import { summarizeError } from '../../text/index.ts';
import { type Clock, inSeconds, SECOND } from '../../time/index.ts';
import type { Bundle } from './bundle.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** The handler threw. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly code = 'function-failed';
  /** The class of what was thrown. */
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

/** What a host needs. */
export interface HostOptions {
  /** The bundle's service, with the interval it has here. */
  readonly service: Service;
  readonly bundle: Bundle;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Called with every line that the function writes. */
  readonly onLine: (line: string) => void;
  /** How large the worker's heap may grow, in megabytes; beyond it the worker ends, and not the machine with it. @default 512 */
  readonly heapMegabytes?: number;
}

/** A function that can be invoked. */
export interface FunctionHost {
  readonly service: Service;
  /**
   * Invokes the handler and gives its answer.
   * @throws FunctionError if the handler threw; WorkerEndedError if it never answered
   */
  invoke(event: unknown): Promise<unknown>;
  /** Asks the function to begin nothing more (`close`), or to give way (`stop`). */
  ask(kind: 'close' | 'stop'): void;
  /** Ends the worker. Resolves when its last line was handed on. */
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
  /** Resolves when all that the worker wrote was handed on; it ends with the worker. */
  readonly silent: Promise<unknown>;
  /** How often the worker has said that it is there. */
  pongs: number;
  /** It is given nothing more, and ended once it has answered. */
  worn: boolean;
}

/** How often a worker that is at work is asked whether it is there. */
const PING_PERIOD = SECOND;
/** What a worker is given beyond a run's timeout, to start on a busy machine. */
const BLOCKED_MARGIN = 5 * SECOND;
const HEAP_MEGABYTES = 512;
/** Time for the worker's last lines and answers to arrive behind the deadline. */
const KILL_MARGIN = 500;

/** A host for a bundled function. The worker starts with the first invocation. */
export function hostFunction(options: HostOptions): FunctionHost {
  const { service, clock } = options;
  /** The one that is given invocations, and beside it those that are worn and still have to answer. */
  let running: Running | undefined;
  const alive = new Set<Running>();
  let invocations = 0;

  const current = (): Running => {
    running ??= started();
    return running;
  };
  const started = (): Running => {
    const host = startWorker(options, () => {
      if (running === host) running = undefined;
    });
    alive.add(host);
    void host.silent.then(() => alive.delete(host));
    return host;
  };
  const send = ({ worker }: Running, message: ToWorker) => worker.postMessage(message);

  return {
    service,
    async invoke(event) {
      const host = current();
      const id = ++invocations;
      const timeout = invocationTimeout(service, 0);
      const answered = new AbortController();
      // A worker that starts on a busy machine takes its time, which is none of the invocation's.
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
   * A thread that is blocked for longer than a run may take is beyond any signal. Lambda would give the next firing an environment
   * of its own; here it would wait behind the blocked one, so that is ended.
   */
  async function endIfBlocked(host: Running, answered: AbortSignal): Promise<void> {
    let silence = 0;
    while (!answered.aborted && silence <= service.timeout + BLOCKED_MARGIN) {
      const heard = host.pongs;
      send(host, { kind: 'ping' });
      await clock.sleep(PING_PERIOD, answered);
      silence = host.pongs > heard ? 0 : silence + PING_PERIOD;
    }
    if (answered.aborted) return;
    options.onLine(`${service.name}: the worker's thread is blocked for longer than a run may take; it is ended`);
    await host.worker.terminate();
  }
}

/** Starts a worker; `onLeave` is called when it is to be given nothing more. */
function startWorker(options: HostOptions, onLeave: () => void): Running {
  const { service, bundle, env, clock, onLine, heapMegabytes = HEAP_MEGABYTES } = options;
  const worker = new Worker(bundle.file, {
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>,
    // The bundle is plain JavaScript: it needs no loader, but its stacks are to name the sources.
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
    } else applyRun(running, message);
    if (running.worn && running.waiting.size === 0) void worker.terminate();
  });
  // Thrown outside the handler, or never caught: perhaps nobody is waiting, so it is told here, and the next invocation must not go there.
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

function applyRun(running: Running, message: Exclude<FromWorker, 'recycle'>): void {
  if (message === 'pong') {
    running.pongs++;
    return;
  }
  const { waiting } = running;
  const asked = waiting.get(message.id);
  if ('begun' in message) {
    asked?.begin();
    return;
  }
  waiting.delete(message.id);
  if ('error' in message) asked?.reject(new FunctionError(message.error.name, message.error.message));
  else asked?.resolve(message.answer);
}

/** Resolves when the stream has ended. */
async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    for (const part of unglued(line)) onLine(part);
  });
  await once(lines, 'close');
}

/** What a workload printed without ending its line stands before the next line of the log: they are two. */
export function unglued(line: string): string[] {
  const begin = line.search(/\{"level":"[A-Z]+","message":/);
  return begin > 0 ? [line.slice(0, begin), line.slice(begin)] : [line];
}
