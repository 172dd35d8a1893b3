/** A worker thread that serves a function's bundle, seen from the thread that started it. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { summarizeError, withoutUndefined } from '../../text/index.ts';
import type { Clock } from '../../time/index.ts';
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

/** The worker ended before the handler answered: it was recycled, crashed, timed out, or never began. */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';
  readonly code = 'worker-ended';
  /** Whether the handler had begun; if not, the invocation had no effect. */
  readonly begun: boolean;

  constructor(message: string, { begun = true }: { readonly begun?: boolean } = {}) {
    super(message);
    this.begun = begun;
  }
}

/** Options of a worker. */
export interface WorkerOptions {
  readonly bundle: Bundle;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Called with every line that the function writes. */
  readonly onLine: (line: string) => void;
  /** The most megabytes of the worker's heap; beyond them the worker ends, and the machine goes on. @default 512 */
  readonly heapMegabytes?: number;
}

/** An invocation that waits for its answer. */
export interface Waiting {
  readonly begin: () => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  begun: boolean;
}

/** A worker that has not ended. */
export interface RunningWorker {
  readonly waiting: Map<number, Waiting>;
  /** Resolves when the worker has loaded its function, or has ended. */
  readonly loaded: Promise<void>;
  /** Resolves when the worker has ended and all its lines were passed on. */
  readonly silent: Promise<unknown>;
  /** How many pings the worker has answered. */
  pongs: number;
  /** Whether it has loaded its function. */
  hasLoaded: boolean;
  send(message: ToWorker): void;
  end(): Promise<unknown>;
  /** Ends the worker, which serves no invocation, and is given no more. */
  retire(): void;
}

interface WorkerEvents {
  /** The worker must get no more invocations. */
  readonly onLeave: () => void;
  /** The worker has answered every invocation. */
  readonly onIdle: () => void;
}

const HEAP_MEGABYTES = 512;

/** Starts a worker. */
export function startWorker(options: WorkerOptions, { onLeave, onIdle }: WorkerEvents): RunningWorker {
  const { bundle, env, clock, onLine, heapMegabytes = HEAP_MEGABYTES } = options;
  const { name } = bundle.service;
  const worker = new Worker(bundle.file, {
    env: withoutUndefined(env),
    // The bundle is plain JavaScript: it needs no loader, but its stacks must name the sources.
    execArgv: ['--enable-source-maps'],
    name,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    stdout: true,
    stderr: true,
  });
  const loaded = withResolver();
  const running: RunningWorker = {
    waiting: new Map(),
    loaded: loaded.promise,
    silent: Promise.all([worker.stdout, worker.stderr].map((stream) => eachLine(stream, onLine))),
    pongs: 0,
    hasLoaded: false,
    send: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
    retire() {
      onLeave();
      void worker.terminate();
    },
  };
  /** It asked to be ended once it has answered the invocations that it has. */
  let isWorn = false;
  let cause = '';
  worker.on('message', (message: FromWorker) => {
    if (message === 'recycle') {
      isWorn = true;
      onLeave();
    } else if (message === 'pong') running.pongs++;
    else if (message === 'ready') {
      running.hasLoaded = true;
      loaded.resolve();
    } else receive(running, message);
    if (running.waiting.size > 0) return;
    if (isWorn) void worker.terminate();
    else if (running.hasLoaded) onIdle();
  });
  // Thrown outside the handler, or never caught: no invocation may be waiting, so the error is logged here, and the
  // worker gets no more.
  worker.on('error', (error) => {
    onLeave();
    const { errorClass, message, text } = summarizeError(error, clock.now());
    cause = ` (${errorClass}: ${message})`;
    onLine(`${name}: the worker is ended by an error that nothing in it caught`);
    for (const line of text.split('\n')) onLine(line);
  });
  worker.on('exit', () => {
    onLeave();
    loaded.resolve();
    const message = `${name}: the worker ended before it answered${cause}; the next invocation starts another`;
    for (const { begun, reject } of running.waiting.values()) reject(new WorkerEndedError(message, { begun }));
  });
  return running;
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function receive({ waiting }: RunningWorker, message: Extract<FromWorker, { id: number }>): void {
  const invocation = waiting.get(message.id);
  if ('begun' in message) begin(invocation);
  else waiting.delete(message.id);
  if ('error' in message) invocation?.reject(new FunctionError(message.error.name, message.error.message));
  if ('answer' in message) invocation?.resolve(message.answer);
}

function begin(invocation: Waiting | undefined): void {
  if (invocation === undefined) return;
  invocation.begun = true;
  invocation.begin();
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
