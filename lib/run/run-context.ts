/** The context that a workload is handed. Everything in it that isn't frozen belongs to this run alone. */
import { type Log, logTo, type RunContext, type Service } from '../service/index.ts';
import { CURSOR_BYTES, isError, tryRead } from '../text/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { RunScope } from './run-scope.ts';

/** Everything that a run needs besides its service. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** When the run's signal fires, in epoch milliseconds; `Infinity` for never. */
  readonly signalAt: number;
  readonly stop?: AbortSignal | undefined;
  readonly fence: number;
  readonly scheduledFor?: number | undefined;
  readonly cursor?: string | undefined;
  /**
   * Returns what the service's `prepare` made, or a promise of it; called inside the run, so that its error is the
   * run's failure.
   */
  readonly prepared: () => unknown;
  /** @default an exception that nothing catches ends the process, as Node has it */
  readonly runScope?: RunScope | undefined;
}

/** The service's cursor while a run may move it. */
export interface RunCursor {
  /** Where it stands. */
  at: string | undefined;
  /** Whether the run has ended: from then on the cursor stays. */
  closed: boolean;
}

/** The context of one run. Its `saveCursor` moves `cursor`. */
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

/** The cursor as it will be read back: only text can be stored, and half a surrogate pair can't. */
function storedCursor(service: string, next: unknown): string {
  if (typeof next !== 'string') throw new TypeError(`${service}: cursor: expected text, got ${typeof next}`);
  const bytes = new TextEncoder().encode(next);
  if (bytes.length > CURSOR_BYTES) {
    throw new RangeError(`${service}: cursor: expected at most ${CURSOR_BYTES} bytes, got ${bytes.length}`);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/**
 * The log, each line of which carries the run's number: code that a run leaves behind may log while another run is
 * under way.
 */
function numberedLog(log: Log, fence: number): Log {
  return logTo((level, message, fields) => log[level](message, numbered(fence, fields)));
}

/**
 * A workload may pass anything as fields: it is logged as it is, and a value that throws when it is read fails nobody
 * here.
 */
function numbered(fence: number, fields: unknown): Readonly<Record<string, unknown>> {
  if (fields === undefined) return { fence };
  if (isError(fields)) return { fence, error: fields };
  if (typeof fields !== 'object' || fields === null) return { fence, fields };
  return tryRead(() => ({ fence, ...fields })) ?? { fence, fields };
}
