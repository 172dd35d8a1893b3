/**
 * Real work: sockets, timers, files, processes and jobs in threads that end in real time. Node reports each of them
 * when it begins and when it ends (`async_hooks`), also in which code it has begun. While no run is under way nothing
 * is observed, since this makes promises slower.
 */
import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks';
import { systemClock } from '../time/index.ts';

/** Whether a piece of real work began in a run, elsewhere in the process, or as a wait of this file. */
type Origin = 'run' | 'elsewhere' | 'wait';

/** A piece of real work as Node represents it. */
interface Resource {
  /** Whether the work keeps the process alive; absent for work that always does. An idle connection does not. */
  hasRef?(): boolean;
}

/** The real work of the runs under way. */
export interface RealWork {
  /** Whether work is pending that has begun in a run. */
  isPending(): boolean;
  /** Whether no work is pending that has begun anywhere in the process since the first run, in a test for example. */
  isIdle(): boolean;
  /** Regards timers, connections and the like that are pending now as left open: they are pending no more. */
  accept(): void;
  /** Ends the observation. */
  end(): void;
}

/** The types of work that may be left open for long: timers, connections, processes and threads, as Node names them. */
const LEFT_OPEN = /^(Timeout|TCPWRAP|PIPEWRAP|UDPWRAP|PROCESSWRAP|WORKER|MESSAGEPORT|ZLIB)$/;
/** The types of work that always ends: requests to the system, and jobs in threads. Servers are of neither kind. */
const ENDING =
  /^(QUERYWRAP|FILEHANDLECLOSEREQ|UDPSENDWRAP|WRITEWRAP)$|^FSREQ|CONNECTWRAP$|INFOREQWRAP$|(?<!CLIENT)REQUEST$/;
const CONNECTION = /^(TCP|PIPE)WRAP$/;

const origin = new AsyncLocalStorage<Origin>();
const pending = new Map<number, { readonly resource: Resource; readonly began: Origin; readonly type: string }>();
let observers = 0;

const hook = createHook({
  init(id, type, _, resource: Resource) {
    const began = origin.getStore() ?? 'elsewhere';
    const isWork = ENDING.test(type) || (LEFT_OPEN.test(type) && !isAccepted(type));
    if (began !== 'wait' && isWork) pending.set(id, { resource, began, type });
  },
  destroy: (id) => void pending.delete(id),
});

/** Observes the real work of the process from now on. */
export function observeRealWork(): RealWork {
  if (observers++ === 0) beginObservation();
  const accepted = new Set<number>();
  const holds = (began?: Origin) =>
    [...pending].some(([id, one]) => !accepted.has(id) && (began ?? one.began) === one.began && goesOn(one.resource));
  return {
    isPending: () => holds('run'),
    isIdle: () => !holds(),
    accept() {
      for (const [id, { type }] of pending) if (LEFT_OPEN.test(type)) accepted.add(id);
    },
    end() {
      if (--observers === 0) hook.disable();
    },
  };
}

/** Does `work`, whose real work is that of a run. */
export function inRun<Result>(work: () => Result): Result {
  return origin.run('run', work);
}

/** Waits for real time. Ends early when `signal` is aborted. The wait itself doesn't count as real work. */
export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return origin.run('wait', () => systemClock.sleep(ms, signal));
}

/**
 * Measures the processor time that this process takes from now on. The returned function returns whether it is more
 * than a quarter of `ms` milliseconds: then threads may do real work that Node doesn't report.
 */
export function cpuMeter(): (ms: number) => boolean {
  const before = process.cpuUsage();
  return (ms) => {
    const { user, system } = process.cpuUsage(before);
    return user + system > (ms * 1_000) / 4;
  };
}

/** Whether a server has accepted this connection, which then waits for its client. No code runs when it begins. */
function isAccepted(type: string): boolean {
  return CONNECTION.test(type) && executionAsyncId() === 0;
}

/** Whether work goes on that has not been reported as ended. A handle that is closed has no answer. */
function goesOn(resource: Resource): boolean {
  return typeof resource.hasRef !== 'function' || resource.hasRef() === true;
}

/**
 * Begins to observe. The ends of work were not observed until now, so earlier work counts as left open, except that a
 * connection in a pool may be used again.
 */
function beginObservation(): void {
  for (const [id, { type }] of pending) if (!CONNECTION.test(type)) pending.delete(id);
  hook.enable();
}
