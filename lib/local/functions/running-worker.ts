import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { hasCode, summarizeError, TickoverError, withoutUndefined } from '../../text/index.ts';
import type { Clock } from '../../time/index.ts';
import type { Bundle } from './bundle.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** Thrown by an invocation whose handler threw. The message is that of the thrown error. */
export class FunctionError extends TickoverError {
  override readonly name = 'FunctionError';
  readonly code = 'function-failed';
  readonly errorClass: string;

  constructor(errorClass: string, message: string) {
    super(message);
    this.errorClass = errorClass;
  }
}

/**
 * Thrown by an invocation whose worker thread ended before it answered, for example by a crash or after the timeout.
 */
export class WorkerEndedError extends TickoverError {
  override readonly name = 'WorkerEndedError';
  readonly code = 'worker-ended';
  /** Whether the handler had begun. If not, the invocation had no effect. */
  readonly begun: boolean;

  constructor(message: string, { begun = true }: { readonly begun?: boolean } = {}) {
    super(message);
    this.begun = begun;
  }
}

/** Whether the value is a FunctionError. */
export function isFunctionError(value: unknown): value is FunctionError {
  return hasCode(value, 'function-failed');
}

/** Whether the value is a WorkerEndedError. */
export function isWorkerEnded(value: unknown): value is WorkerEndedError {
  return hasCode(value, 'worker-ended');
}

export interface WorkerOptions {
  readonly bundle: Omit<Bundle, 'files'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onLine: (line: string) => void;
  /**
   * The largest heap of the worker thread, in MB. A worker that needs more ends, and the process goes on. @default 512
   */
  readonly heapMegabytes?: number;
}

export interface Waiting {
  readonly begin: () => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  begun: boolean;
}

export interface RunningWorker {
  readonly waiting: Map<number, Waiting>;
  /** Resolves when the worker has loaded its function or has ended. */
  readonly loaded: Promise<void>;
  /** Resolves when the worker has ended and `onLine` has got all its lines. */
  readonly silent: Promise<unknown>;
  pongs: number;
  hasLoaded: boolean;
  send(message: ToWorker): void;
  end(): Promise<unknown>;
  retire(): void;
}

interface WorkerEvents {
  readonly onLeave: () => void;
  readonly onIdle: () => void;
}

const HEAP_MEGABYTES = 512;

/** Starts a worker thread. Returns before the function is loaded. */
export function startWorker(options: WorkerOptions, { onLeave, onIdle }: WorkerEvents): RunningWorker {
  const { bundle, env, clock, onLine, heapMegabytes = HEAP_MEGABYTES } = options;
  const { name } = bundle.service;
  const worker = new Worker(bundle.file, {
    env: withoutUndefined(env),
    // Source maps make stack traces name lines of the TypeScript sources. The bundle is JavaScript, so no loader is
    // needed.
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
  // An error that no code in the worker thread caught. It is logged here, since there may be no invocation that could
  // throw it.
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

async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    for (const part of splitPrinted(line)) onLine(part);
  });
  await once(lines, 'close');
}

/**
 * Splits a line into text that a workload printed without a line break and the log line behind it. Any other line stays
 * whole.
 */
export function splitPrinted(line: string): string[] {
  const begin = line.search(/\{"level":"[A-Z]+","message":/);
  return begin > 0 ? [line.slice(0, begin), line.slice(begin)] : [line];
}
