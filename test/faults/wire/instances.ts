/** The processes under test: started, invoked, killed, frozen. One that died is replaced, and a spare is always on its way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
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
}

/** Where instances come from. */
export interface Instances {
  /** One that is up. */
  take(): Promise<Instance>;
  /** Ends them all. */
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./instance.ts', import.meta.url));
/** ESM has no `require`, which the SDK's packages call once they are bundled. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
/** Node's version is no matter of this suite. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
/** An invocation that lasts longer than this is never going to end: a run's timeout is 8 s, and taking the lease gives up after 4 s. */
const PATIENCE = 20_000;

/** Instances of one bundle, each started with the variables and a key of its own. */
export async function startInstances(
  directory: string,
  variables: Readonly<Record<string, string>>,
): Promise<Instances> {
  const outfile = join(directory, 'instance.mjs');
  await build({
    ...{ entryPoints: [ENTRY], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
    ...{ banner: { js: REQUIRE }, logLevel: 'silent' },
  });
  const children: ChildProcess[] = [];
  const start = async (): Promise<Instance> => {
    const client = `instance-${children.length}`;
    const env = { ...process.env, ...QUIET, ...variables, AWS_ACCESS_KEY_ID: client, AWS_SECRET_ACCESS_KEY: 'local' };
    const child = spawn(process.execPath, [outfile], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    await once(child, 'message');
    return instanceOf(child, client);
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
      const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ended = running.map((child) => once(child, 'exit'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ended);
      await rm(outfile, { force: true });
    },
  };
}

function instanceOf(child: ChildProcess, client: string): Instance {
  const waiting = new Map<number, (ending: Ending) => void>();
  let alive = true;
  let invocations = 0;
  child.on('message', (invoked: Invoked) => waiting.get(invoked.id)?.(endingOf(invoked)));
  child.on('exit', () => {
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
  };
}

function endingOf(invoked: Invoked): Ending {
  return 'answer' in invoked ? { kind: 'answered', answer: invoked.answer } : { kind: 'threw', ...invoked.error };
}
