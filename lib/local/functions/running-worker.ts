/** A worker thread that serves the bundle of a function, as the thread that started it sees it. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { summarizeError, withoutUndefined } from '../../text/index.ts';
import type { Clock } from '../../time/index.ts';
import type { Bundle } from './bundle.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** The error of an invocation whose handler threw. The message is that of the thrown error. */
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

/**
 * The error of an invocation whose worker ended before the handler answered. The worker was recycled, crashed or took
 * too long, or it could not be started.
 */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';
  readonly code = 'worker-ended';
  /** Whether the handler had begun the invocation. If not, the invocation had no effect. */
  readonly begun: boolean;

  constructor(message: string, { begun = true }: { readonly begun?: boolean } = {}) {
    super(message);
    this.begun = begun;
  }
}

/** The options of a worker thread. */
export interface WorkerOptions {
  readonly bundle: Bundle;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Called with every line that the function writes to standard output or standard error. */
  readonly onLine: (line: string) => void;
  /** The largest heap of the worker, in MB. If the worker needs more, it ends, but the process goes on. @default 512 */
  readonly heapMegabytes?: number;
}

/** An invocation that has not been answered yet. */
export interface Waiting {
  readonly begin: () => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  begun: boolean;
}

/** A worker thread that has not ended, with the invocations that it has to answer. */
export interface RunningWorker {
  readonly waiting: Map<number, Waiting>;
  /** Resolves when the worker has loaded its function, or has ended. */
  readonly loaded: Promise<void>;
  /** Resolves when the worker has ended and all its lines were passed to `onLine`. */
  readonly silent: Promise<unknown>;
  /** How many pings of its host the worker has answered. */
  pongs: number;
  /** Whether the worker has loaded its function. */
  hasLoaded: boolean;
  send(message: ToWorker): void;
  end(): Promise<unknown>;
  /** Ends the worker. Called only if the worker has no invocation; afterwards it gets no more. */
  retire(): void;
}

interface WorkerEvents {
  /** Called when the worker must get no more invocations, since it is to be ended or has ended. */
  readonly onLeave: () => void;
  /** Called when the worker has answered all its invocations. */
  readonly onIdle: () => void;
}

const HEAP_MEGABYTES = 512;

/** Starts a worker thread that serves a bundle. Returns at once, before the function is loaded. */
export function startWorker(options: WorkerOptions, { onLeave, onIdle }: WorkerEvents): RunningWorker {
  const { bundle, env, clock, onLine, heapMegabytes = HEAP_MEGABYTES } = options;
  const { name } = bundle.service;
  const worker = new Worker(bundle.file, {
    env: withoutUndefined(env),
    // The bundle is JavaScript and needs no loader for TypeScript. Source maps are needed, since stacks must name lines
    // of the TypeScript sources.
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
  /** Whether the worker has asked its host to end it as soon as it has answered its invocations. */
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
  // An error arrives here if nothing in the worker caught it. Perhaps no invocation is waiting that could report it, so
  // it is logged here. The worker gets no more invocations.
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

/** Passes each line of the stream to `onLine`. Resolves when the stream has ended. */
async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    for (const part of splitPrinted(line)) onLine(part);
  });
  await once(lines, 'close');
}

/**
 * Splits a line that begins with text that a workload printed without a line break, and ends with a line of the log.
 * Returns these two parts, or the line alone if it is not such a mixture.
 */
export function splitPrinted(line: string): string[] {
  const begin = line.search(/\{"level":"[A-Z]+","message":/);
  return begin > 0 ? [line.slice(0, begin), line.slice(begin)] : [line];
}
