/** Sends within a limit: whatever the other side does, a send ends by its limit, and at once with the run's signal. */
import type { RunContext } from '../../service/index.ts';
import { errorClassOf, summarizeError, toSafeCause } from '../../text/index.ts';
import { abortable, withTimeLimit } from '../../time/index.ts';

/** A way to send, and its bounds. */
export interface Sending {
  readonly sender: string;
  /** Names the receiver in errors, without secrets. */
  readonly receiver: string;
  /** The longest that one send may take, in milliseconds. */
  readonly limit: number;
  /** Takes the sender's own secrets out of a text. @default nothing is taken out */
  readonly redact?: (text: string) => string;
}

/**
 * Does the work under a signal that is aborted at the limit and with the run.
 * @throws Error `<sender>: <receiver>: <what happened>`, without credentials; its cause decides how it is classified
 */
export async function boundedSend(
  { sender, receiver, limit, redact = (text) => text }: Sending,
  { clock, signal }: Pick<RunContext, 'clock' | 'signal'>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await abortable(signal, () => withTimeLimit(clock, limit, (late) => work(AbortSignal.any([signal, late]))));
  } catch (error) {
    throw new Error(`${sender}: ${redact(happened(error, receiver))}`, { cause: toSafeCause(error) });
  }
}

function happened(error: unknown, receiver: string): string {
  const { message } = summarizeError(error, 0);
  if (message.startsWith(receiver)) return message;
  const code = errorClassOf(error);
  return `${receiver}: ${message.includes(code) || code === 'Error' ? '' : `${code}: `}${message}`;
}
