/** The code in a worker thread: it calls the handler of one function as Lambda would. */
import { parentPort } from 'node:worker_threads';
import type { HandlerContext, HandlerEvent, ScheduledHandler } from '../../lambda/index.ts';
import { systemClock } from '../../time/index.ts';

/** A message from the main thread to a worker thread. */
export type ToWorker =
  /** Invoke the handler. `timeout` is in milliseconds, from the start of the handler. */
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown; readonly timeout: number }
  /** Answer with `pong` at once. A blocked thread can't. */
  | { readonly kind: 'ping' }
  /** Begin no further tick. */
  | { readonly kind: 'close' }
  /** End the run under way without an outcome, so that its tick may run again. */
  | { readonly kind: 'stop' };

/** A message from a worker thread to the main thread. */
export type FromWorker =
  | 'ready'
  | 'pong'
  /** The worker asks for its end: it must get no more invocations, and is ended after its last answer. */
  | 'recycle'
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Calls the handler for each message `invoke` of the main thread. */
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
    // This message arrives before the answer, so the main thread sends no other invocation to this worker.
    endAfterAnswer: () => post('recycle'),
  };
  try {
    // Lambda sends the answer as JSON, so `undefined` and functions are dropped here too.
    post({ id, answer: JSON.parse(JSON.stringify(await handler(event as HandlerEvent, context))) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    post({ id, error: { name, message } });
  }
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}
