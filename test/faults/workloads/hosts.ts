/** The two hosts of a misbehaving function: a process as Lambda has one, and a worker as one machine has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type FunctionHost, hostFunction, WorkerEndedError } from '../../../lib/local/functions/function-host.ts';
import { systemClock } from '../../../lib/time/index.ts';
import type { Bundles } from './bundles.ts';
import { misbehaves } from './fixtures/misbehaves.ts';

/** What came of an invocation; `ended` is how its process went without telling anything. */
export type Came =
  /** `held`: the kinds of what keeps the process alive, where that can be told. */
  | { readonly answer: unknown; readonly held?: readonly string[] }
  | { readonly error: string }
  /** `code 1`, `SIGKILL`, `killed` by the host at its timeout, `worker`. */
  | { readonly ended: string };

/** Something that invokes the function, in another process or worker where the last one has ended. */
export interface Host {
  invoke(event: unknown): Promise<Came>;
  /** Every line that the function wrote. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** What a host is started with. */
export interface HostSetup {
  readonly bundles: Bundles;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Small enough to be filled soon, large enough for what is loaded. */
const HEAP_MEGABYTES = 96;
/** Lambda ends an environment a little after the function's timeout. */
const KILL_AFTER = misbehaves.timeout + 200;

interface Environment {
  readonly child: ChildProcess;
  readonly closed: Promise<string>;
  readonly next: () => Promise<string | undefined>;
}

/**
 * A process that is frozen while nothing is asked of it, as Lambda freezes one, and killed at the function's timeout.
 */
export function processHost({ bundles, env }: HostSetup): Host {
  const lines: string[] = [];
  let current: Environment | undefined;
  const start = () => startProcess(bundles.runtime, env, lines);
  return {
    lines,
    async invoke(event) {
      current ??= await start();
      const { child, next, closed } = current;
      child.kill('SIGCONT');
      child.stdin?.write(`${JSON.stringify({ event, remaining: misbehaves.timeout })}\n`);
      let killed = false;
      const kill = setTimeout(() => {
        killed = true;
        child.kill('SIGKILL');
      }, KILL_AFTER);
      const line = await next();
      clearTimeout(kill);
      if (line === undefined) {
        current = undefined;
        const how = await closed;
        return { ended: killed ? 'killed' : how };
      }
      child.kill('SIGSTOP');
      return JSON.parse(line) as Came;
    },
    async close() {
      if (current === undefined) return;
      current.child.kill('SIGKILL');
      await current.closed;
    },
  };
}

/** Lambda's timeout begins with the invocation, when the function is loaded. */
async function startProcess(file: string, env: HostSetup['env'], lines: string[]): Promise<Environment> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, file], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // A process that has just ended takes no more events.
  child.stdin?.on('error', () => {});
  const { stdout, stderr, stdio } = child;
  for (const stream of [stdout, stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const answers = createInterface({ input: stdio[3] as Readable })[Symbol.asyncIterator]();
  const closed = once(child, 'close').then(([code, signal]) => (signal === null ? `code ${code}` : String(signal)));
  const next = async () => {
    const { value, done } = await answers.next();
    return done === true ? undefined : value;
  };
  const ready = await next();
  if (ready !== 'ready') throw new Error(`the process never got ready: ${lines.join('\n')}`);
  return { child, closed, next };
}

/** The worker of one machine. */
export function workerHost({ bundles, env }: HostSetup): Host {
  const lines: string[] = [];
  const host: FunctionHost = hostFunction({
    service: misbehaves,
    bundle: bundles.worker,
    env,
    clock: systemClock,
    onLine: (line) => lines.push(line),
    heapMegabytes: HEAP_MEGABYTES,
  });
  return {
    lines,
    async invoke(event) {
      try {
        return { answer: await host.invoke(event) };
      } catch (error) {
        return error instanceof WorkerEndedError ? { ended: 'worker' } : { error: (error as Error).name };
      }
    },
    close: () => host.end(),
  };
}
