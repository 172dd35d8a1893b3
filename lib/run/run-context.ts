/** What a workload is handed. What isn't frozen is this run's alone, so that whatever is done to it touches no other. */

import type { RunContext, Service } from '../service/index.ts';
import { isError, tryRead } from '../text/index.ts';
import type { Log } from '../tick/index.ts';
import type { RunSurroundings } from './run-workload.ts';

/** The service's bookmark, as the run moves it. */
export interface RunCursor {
  /** Where it stands now. */
  read(): string | undefined;
  /** Where the run left it: from now on it can't be moved. */
  close(): string | undefined;
  /** @throws TypeError if it is no text, RangeError above 256 bytes of UTF-8 */
  move(cursor: string): void;
}

/** Room for a service's bookmark in the hot item. */
const CURSOR_BYTES = 256;

/** A bookmark that stands where the last committed run left it. */
export function openCursor(service: Service, { cursor, log, fence }: RunSurroundings): RunCursor {
  let current = cursor;
  let closed = false;
  return {
    read: () => current,
    close() {
      closed = true;
      return current;
    },
    move(next) {
      const stored = storedCursor(service.name, next);
      if (closed) log.warn(`${service.name}: run ${fence} moved its cursor after its end; it stays where it was`);
      else current = stored;
    },
  };
}

/** The cursor as it will be read back: what isn't text would damage the state, and half a surrogate pair can't be stored. */
function storedCursor(service: string, next: unknown): string {
  if (typeof next !== 'string') throw new TypeError(`${service}: cursor: expected text, got ${typeof next}`);
  const bytes = new TextEncoder().encode(next);
  if (bytes.length > CURSOR_BYTES) {
    throw new RangeError(`${service}: cursor: expected at most ${CURSOR_BYTES} bytes, got ${bytes.length}`);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** What only the run itself can give. */
export interface RunParts {
  readonly signal: AbortSignal;
  readonly runCursor: RunCursor;
  readonly prepared: unknown;
}

/** The context of one run. */
export function contextOf(
  service: Service,
  surroundings: RunSurroundings,
  { signal, runCursor, prepared }: RunParts,
): RunContext {
  const { clock, random, log, fence, scheduledFor, signalAt } = surroundings;
  const cursor = runCursor.read();
  return {
    service: service.name,
    signal,
    deadline: signalAt,
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    fence,
    clock,
    random,
    log: numberedLog(log, fence),
    ...(cursor === undefined ? {} : { cursor }),
    saveCursor: runCursor.move,
    prepared,
  };
}

/** The log, each line of which carries the run's number: what a run left behind may write while another is under way. */
function numberedLog(log: Log, fence: number): Log {
  const at =
    (level: keyof Log): Log['info'] =>
    (message, fields) =>
      log[level](message, numbered(fence, fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A workload may log anything in the place of fields: it is told as it is, and what refuses to be looked at fails nobody here. */
function numbered(fence: number, fields: unknown): Readonly<Record<string, unknown>> {
  if (fields === undefined) return { fence };
  if (isError(fields)) return { fence, error: fields };
  if (typeof fields !== 'object' || fields === null) return { fence, fields };
  return tryRead(() => ({ fence, ...fields })) ?? { fence, fields };
}
