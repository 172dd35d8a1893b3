import type { RunContext } from '../../service/index.ts';
import { errorClassOf, summarizeError, toSafeCause } from '../../text/index.ts';
import { abortable, withTimeLimit } from '../../time/index.ts';

export interface Sending {
  readonly sender: string;
  /** The name of the receiver in error messages, without secrets. */
  readonly receiver: string;
  /** The longest time that sending one notice may take, in milliseconds. */
  readonly limit: number;
  /** Masks the secrets of the sender in a text. @default the text stays as it is */
  readonly redact?: (text: string) => string;
}

/**
 * Calls `work` with a signal that is aborted when `limit` has passed or the run's signal is aborted.
 * @throws Error `<sender>: <receiver>: <what happened>`, without credentials. Its `cause` is the error of `work`, which
 * decides whether the failure is transient
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
