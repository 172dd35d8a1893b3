/**
 * The processes under test: started, invoked, killed, frozen. One that died is replaced, and a spare is always on its
 * way.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import type { Invoke, Invoked } from './messages.ts';

/** How an invocation ended. `died`: the process did, before it answered. */
export type Ending =
  | { readonly kind: 'answered'; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly kind: 'threw'; readonly code: string; readonly operation: string; readonly message: string }
  | { readonly kind: 'died' }
  | { readonly kind: 'never ended' };

/** A process under test. */
export interface Instance {
  /** What its requests are signed with. */
  readonly client: string;
  readonly alive: () => boolean;
  invoke(service: string, event: HandlerEvent, ahead: number): Promise<Ending>;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills it, and resolves when it is gone. */
  end(): Promise<void>;
}

/** Where instances come from. */
export interface Instances {
  /** One that is up. */
  take(): Promise<Instance>;
  /** Ends them all. */
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./fixtures/instance.ts', import.meta.url));
/** ESM has no `require`, which the SDK's packages call once they are bundled. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
/**
 * An invocation that lasts longer than this is never going to end: a run's timeout is 8 s, and taking the lease gives
 * up after 4 s.
 */
const PATIENCE = 20_000;

/** Bundles the code under test, once for all instances, so that each is up at once. */
export async function bundleInstance(directory: string): Promise<string> {
  const outfile = join(directory, 'instance.mjs');
  await build({
    ...{ entryPoints: [ENTRY], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
    ...{ banner: { js: REQUIRE }, logLevel: 'silent' },
  });
  return outfile;
}

/** How an instance is started. */
export interface Starting {
  readonly client: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A module's source that is run before. */
  readonly preload?: string;
}

/** Starts one process of the bundle. */
export async function startInstance(bundle: string, { client, variables, preload }: Starting): Promise<Instance> {
  const env = {
    ...{ ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: client, AWS_SECRET_ACCESS_KEY: 'local', ...variables },
  };
  const imports = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const child = spawn(process.execPath, [...imports, bundle], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const up = once(child, 'message');
  const fell = once(child, 'exit').then(() => Promise.reject(new Error('a process under test did not come up')));
  fell.catch(() => {});
  await Promise.race([up, fell]);
  return instanceOf(child, client);
}

/** Instances of one bundle, each with a key of its own; the next one is always on its way. */
export async function startInstances(bundle: string, variables: Readonly<Record<string, string>>): Promise<Instances> {
  let started = 0;
  const up: Instance[] = [];
  const start = async () => {
    const instance = await startInstance(bundle, { client: `instance-${started++}`, variables });
    up.push(instance);
    return instance;
  };
  let spare = start();
  return {
    async take() {
      const taken = await spare;
      spare = start();
      return taken;
    },
    async close() {
      await spare;
      await Promise.all(up.map((instance) => instance.end()));
    },
  };
}

function instanceOf(child: ChildProcess, client: string): Instance {
  const waiting = new Map<number, (ending: Ending) => void>();
  let alive = true;
  let invocations = 0;
  child.on('message', (invoked: Invoked) => waiting.get(invoked.id)?.(endingOf(invoked)));
  const gone = once(child, 'exit').then(() => {
    alive = false;
    for (const end of waiting.values()) end({ kind: 'died' });
  });
  return {
    client,
    alive: () => alive,
    async invoke(service, event, ahead) {
      if (!alive) return { kind: 'died' };
      const id = ++invocations;
      const ended = new Promise<Ending>((resolve) => waiting.set(id, resolve));
      const asked: Invoke = { id, service, event, ahead };
      // A process that has just died hears nothing; its exit is what tells.
      child.send(asked, () => {});
      let patience: NodeJS.Timeout | undefined;
      const tooLong = new Promise<Ending>((resolve) => {
        patience = setTimeout(() => resolve({ kind: 'never ended' }), PATIENCE);
      });
      const ending = await Promise.race([ended, tooLong]);
      clearTimeout(patience);
      waiting.delete(id);
      return ending;
    },
    signal: (signal) => void child.kill(signal),
    async end() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function endingOf(invoked: Invoked): Ending {
  return 'answer' in invoked ? { kind: 'answered', answer: invoked.answer } : { kind: 'threw', ...invoked.error };
}
