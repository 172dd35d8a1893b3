/** The inside of a worker thread that serves one function: Lambda's runtime, as far as a handler can tell. */
import { parentPort } from 'node:worker_threads';
import type { HandlerContext, HandlerEvent, ScheduledHandler } from '../../lambda/index.ts';
import { systemClock } from '../../time/index.ts';

/** What the worker is told. */
export type ToWorker =
  /** `timeout` in milliseconds, counted from when the worker takes it up. */
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown; readonly timeout: number }
  /** Say that you are there: a thread that is blocked can't. */
  | { readonly kind: 'ping' }
  /** Begin nothing more. */
  | { readonly kind: 'close' }
  /** Give way. */
  | { readonly kind: 'stop' };

/** What the worker tells. */
export type FromWorker =
  | 'pong'
  /** Give me nothing more, and end me once I have answered all that I was asked. */
  | 'recycle'
  /** I have taken it up. */
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Serves the handler to the thread that started this worker. */
export function serve(handler: ScheduledHandler): void {
  const closing = new AbortController();
  const stop = new AbortController();
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') tell('pong');
    else if (message.kind === 'close') closing.abort();
    else if (message.kind === 'stop') stop.abort();
    else void invoke(handler, message, { closing: closing.signal, stop: stop.signal });
  });
}

type Signals = Required<Pick<HandlerContext, 'closing' | 'stop'>>;

async function invoke(
  handler: ScheduledHandler,
  message: Extract<ToWorker, { kind: 'invoke' }>,
  signals: Signals,
): Promise<void> {
  const { id, event, timeout } = message;
  const deadline = systemClock.now() + timeout;
  tell({ id, begun: true });
  const context: HandlerContext = {
    ...signals,
    getRemainingTimeInMillis: () => Math.max(0, deadline - systemClock.now()),
    // Before the answer, so that whoever has the answer is never served by this worker again.
    recycle: () => tell('recycle'),
  };
  try {
    tell({ id, answer: toJson(await handler(event as HandlerEvent, context)) });
  } catch (error) {
    const { name, message: what } = error instanceof Error ? error : new Error(String(error));
    tell({ id, error: { name, message: what } });
  }
}

/** What Lambda would send back: JSON. */
function toJson(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
