/** The code inside a worker thread that serves one function. It calls the handler as the runtime of Lambda calls it. */
import { parentPort } from 'node:worker_threads';
import type { HandlerContext, HandlerEvent, ScheduledHandler } from '../../lambda/index.ts';
import { systemClock } from '../../time/index.ts';

/** A message from a host to its worker thread. */
export type ToWorker =
  /**
   * Invoke the handler. `timeout` is in milliseconds, counted from the moment when the worker begins the invocation.
   */
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown; readonly timeout: number }
  /** Answer with `pong`. A worker answers at once, unless its thread is blocked. */
  | { readonly kind: 'ping' }
  /** Begin no further slot of a firing. */
  | { readonly kind: 'close' }
  /** Let the run under way yield. */
  | { readonly kind: 'stop' };

/** A message from a worker thread to its host. */
export type FromWorker =
  /** The worker has loaded the function. */
  | 'ready'
  | 'pong'
  /** The worker must get no more invocations, and must be ended after it has answered those that it has. */
  | 'recycle'
  /** The worker has begun the invocation. */
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Invokes the handler for each message `invoke` from the thread that started this worker. */
export function serve(handler: ScheduledHandler): void {
  const closing = new AbortController();
  const stop = new AbortController();
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') post('pong');
    else if (message.kind === 'close') closing.abort();
    else if (message.kind === 'stop') stop.abort();
    else void invoke(handler, message, { closing: closing.signal, stop: stop.signal });
  });
  post('ready');
}

async function invoke(
  handler: ScheduledHandler,
  { id, event, timeout }: Extract<ToWorker, { kind: 'invoke' }>,
  signals: Required<Pick<HandlerContext, 'closing' | 'stop'>>,
): Promise<void> {
  const deadline = systemClock.now() + timeout;
  post({ id, begun: true });
  const context: HandlerContext = {
    ...signals,
    getRemainingTimeInMillis: () => Math.max(0, deadline - systemClock.now()),
    // The message `recycle` is sent before the answer. So a caller that has the answer can't pass another invocation to
    // this worker.
    endAfterAnswer: () => post('recycle'),
  };
  try {
    // The answer is converted to JSON and back, since Lambda sends it as JSON.
    post({ id, answer: JSON.parse(JSON.stringify(await handler(event as HandlerEvent, context))) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    post({ id, error: { name, message } });
  }
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}
