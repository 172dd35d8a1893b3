import { type Log, logTo, NO_SECRETS, type RunContext, type RunSecrets, type Service } from '../service/index.ts';
import { CURSOR_BYTES, containsKnown, isError, showValue, tryRead } from '../text/index.ts';
import { abortable, type Clock, type Random } from '../time/index.ts';
import type { RunScope } from './run-scope.ts';

export interface RunSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** When the signal of the run is aborted, in epoch milliseconds; `Infinity` for a run without a time limit. */
  readonly signalAt: number;
  readonly stop?: AbortSignal | undefined;
  readonly fence: number;
  readonly scheduledFor?: number | undefined;
  readonly cursor?: string | undefined;
  /**
   * Returns the result of the service's `prepare`, or a promise of that result. It is called inside the run, so that an
   * error of `prepare` fails the run.
   */
  readonly prepared: () => unknown;
  /** Rejects if the run has lost its lease. @default none: a run without a lease, as in `runLoop`, can't lose it */
  readonly assertOwned?: () => Promise<void>;
  /** The checked input of a run by hand; `undefined` if there is none. */
  readonly input?: unknown;
  /** The secrets of the service; `undefined` if it has none. */
  readonly secrets?: RunSecrets | undefined;
  /**
   * Starts the run so that errors of this run that no code catches are attributed to it.
   * @default none: such an error ends the process, as usual in Node
   */
  readonly runScope?: RunScope | undefined;
}

export interface RunCursor {
  at: string | undefined;
  /** Whether the run has ended. From then on its workload, which may still be going on, can't change the cursor. */
  closed: boolean;
}

/**
 * Makes the argument with which the workload of one run is called. Its `saveCursor` sets `cursor.at`, or only logs a
 * warning once `cursor.closed` is true.
 */
export function runContext(
  service: Service,
  { clock, random, log, fence, scheduledFor, signalAt, input, secrets, assertOwned = async () => {} }: RunSurroundings,
  {
    signal,
    cursor,
    prepared,
  }: { readonly signal: AbortSignal; readonly cursor: RunCursor; readonly prepared: unknown },
): RunContext {
  return {
    service: service.name,
    signal,
    deadline: signalAt,
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    fence,
    clock,
    random,
    log: numberedLog(log, fence),
    ...(cursor.at === undefined ? {} : { cursor: cursor.at }),
    saveCursor: (next) => {
      const stored = storedCursor(service.name, next);
      if (cursor.closed)
        log.warn(`${service.name}: run ${fence} moved its cursor after its end; it stays where it was`);
      else cursor.at = stored;
    },
    assertOwned: () => abortable(signal, assertOwned),
    prepared,
    ...(input === undefined ? {} : { input }),
    secrets: secrets?.values ?? NO_SECRETS,
  };
}

/** Returns `next` if it is a valid cursor: well-formed text of at most 256 bytes of UTF-8. Otherwise throws. */
function storedCursor(service: string, next: unknown): string {
  if (typeof next !== 'string') throw new TypeError(`${service}: cursor: expected text, got ${typeof next}`);
  if (/\p{Cs}/u.test(next)) {
    throw new TypeError(`${service}: cursor: expected well-formed text, got half a surrogate pair: ${showValue(next)}`);
  }
  const bytes = new TextEncoder().encode(next);
  if (bytes.length > CURSOR_BYTES) {
    throw new RangeError(`${service}: cursor: expected at most ${CURSOR_BYTES} bytes, got ${bytes.length}`);
  }
  if (containsKnown(next)) throw new TypeError(`${service}: cursor: expected text without a secret, got one with it`);
  return next;
}

/**
 * A log that adds the number of its run to each line, as the field `fence`. So a line by code that an earlier run left
 * behind can be recognised.
 */
function numberedLog(log: Log, fence: number): Log {
  return logTo((level, message, fields) => log[level](message, numbered(fence, fields)));
}

/**
 * Adds the number of the run to the fields of a log line. A workload may pass any value as fields. A value without
 * readable properties becomes one field.
 */
function numbered(fence: number, fields: unknown): Readonly<Record<string, unknown>> {
  if (fields === undefined) return { fence };
  if (isError(fields)) return { fence, error: fields };
  if (typeof fields !== 'object' || fields === null) return { fence, fields };
  return tryRead(() => ({ fence, ...fields })) ?? { fence, fields };
}
