/** Makes the context of a run, which is the argument of the workload. Each run gets a new one. */
import { type Log, logTo, type RunContext, type Service } from '../service/index.ts';
import { CURSOR_BYTES, isError, showValue, tryRead } from '../text/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { RunScope } from './run-scope.ts';

/** Everything that a run needs besides its service. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** When the signal of the run fires, in epoch milliseconds; `Infinity` if it never does. */
  readonly signalAt: number;
  readonly stop?: AbortSignal | undefined;
  readonly fence: number;
  readonly scheduledFor?: number | undefined;
  readonly cursor?: string | undefined;
  /**
   * Returns what the service's `prepare` returned, or a promise of it. Called inside the run, so that an error of
   * `prepare` is the failure of the run.
   */
  readonly prepared: () => unknown;
  /**
   * The function by which the run is started. It attributes to this run the errors of the run that no code catches.
   * @default none: an exception that no code catches ends the process, as usual in Node
   */
  readonly runScope?: RunScope | undefined;
}

/** The cursor of the service during a run. */
export interface RunCursor {
  /** The present cursor; `undefined` if the service has none. */
  at: string | undefined;
  /** Whether the run has ended; then the cursor can't be changed. */
  closed: boolean;
}

/**
 * Makes the context of one run. Its `saveCursor` sets `cursor.at`; once `cursor.closed` is true, it only logs a
 * warning.
 */
export function runContext(
  service: Service,
  { clock, random, log, fence, scheduledFor, signalAt }: RunSurroundings,
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
    prepared,
  };
}

/**
 * Returns `next` if it can be stored as the cursor and read back unchanged, else throws. It must be text of at most 256
 * bytes of UTF-8 without half a surrogate pair.
 */
function storedCursor(service: string, next: unknown): string {
  if (typeof next !== 'string') throw new TypeError(`${service}: cursor: expected text, got ${typeof next}`);
  if (/\p{Cs}/u.test(next)) {
    throw new TypeError(`${service}: cursor: expected well-formed text, got half a surrogate pair: ${showValue(next)}`);
  }
  const bytes = new TextEncoder().encode(next);
  if (bytes.length > CURSOR_BYTES) {
    throw new RangeError(`${service}: cursor: expected at most ${CURSOR_BYTES} bytes, got ${bytes.length}`);
  }
  return next;
}

/**
 * A log that adds the number of the run to each line, as `fence`. So a line by code that an earlier run left behind
 * differs from the lines of the run under way.
 */
function numberedLog(log: Log, fence: number): Log {
  return logTo((level, message, fields) => log[level](message, numbered(fence, fields)));
}

/**
 * Adds the number of the run to the fields of a log line. A workload may pass any value as fields. If reading it
 * throws, the whole value becomes one field.
 */
function numbered(fence: number, fields: unknown): Readonly<Record<string, unknown>> {
  if (fields === undefined) return { fence };
  if (isError(fields)) return { fence, error: fields };
  if (typeof fields !== 'object' || fields === null) return { fence, fields };
  return tryRead(() => ({ fence, ...fields })) ?? { fence, fields };
}
