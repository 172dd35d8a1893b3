/** Processes that a test starts, watches and ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process under way. */
export interface Started {
  readonly child: ChildProcess;
  /** Every line of standard output and standard error so far. */
  readonly lines: string[];
  /** Resolves with the first line that matches, past ones included; rejects when the process ends without it. */
  line(pattern: RegExp): Promise<string>;
  /** Sends the signal and resolves with how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts a TypeScript file of the project in a process of its own. */
export function startScript(file: string, args: readonly string[], env: Record<string, string> = {}): Started {
  return startNode(['--import', 'tsx', file, ...args], { env });
}

interface Where {
  readonly env?: Readonly<Record<string, string>>;
  /** @default the root of the project */
  readonly cwd?: string;
}

/** Starts Node with these words in a process of its own. */
export function startNode(words: readonly string[], { env = {}, cwd = ROOT }: Where): Started {
  const child = spawn(process.execPath, words, {
    cwd,
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of waiting) check();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      wake();
    });
  }
  let ended = false;
  const exit = once(child, 'close').then(([code, signal]) => {
    ended = true;
    wake();
    return { code, signal } as { code: number | null; signal: NodeJS.Signals | null };
  });
  return {
    child,
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined && !ended) return;
          waiting.delete(check);
          if (found === undefined) reject(new Error(`no line like ${pattern} in:\n${lines.join('\n')}`));
          else resolve(found);
        };
        waiting.add(check);
        check();
      }),
    async end(signal) {
      child.kill(signal);
      return exit;
    },
  };
}

/** Runs a TypeScript file of the project to its end. */
export async function runScript(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const started = startScript(file, args, env);
  const [code, signal] = await once(started.child, 'close');
  return { code: code as number | null, signal: signal as NodeJS.Signals | null, lines: started.lines };
}
