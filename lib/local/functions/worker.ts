/** The inside of a worker thread that serves one function: to a handler it looks like Lambda's runtime. */
import { parentPort } from 'node:worker_threads';
import type { HandlerContext, HandlerEvent, ScheduledHandler } from '../../lambda/index.ts';
import { systemClock } from '../../time/index.ts';

/** A message to the worker. */
export type ToWorker =
  /** `timeout` in milliseconds, counted from when the worker begins the invocation. */
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown; readonly timeout: number }
  /** The worker answers with `pong`, unless its thread is blocked. */
  | { readonly kind: 'ping' }
  /** Begin nothing more. */
  | { readonly kind: 'close' }
  /** Lets the run yield. */
  | { readonly kind: 'stop' };

/** A message from the worker. */
export type FromWorker =
  /** I have loaded the function. */
  | 'ready'
  | 'pong'
  /** Give me no more invocations, and end me once I have answered those that I have. */
  | 'recycle'
  /** I have begun the invocation. */
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Serves the handler to the thread that started this worker. */
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
    // Sent before the answer, so that this worker serves nobody who has the answer.
    endAfterAnswer: () => post('recycle'),
  };
  try {
    // Lambda would send the answer back as JSON.
    post({ id, answer: JSON.parse(JSON.stringify(await handler(event as HandlerEvent, context))) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    post({ id, error: { name, message } });
  }
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}
