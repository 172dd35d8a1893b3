/** A person's terminal in a project: every line typed is counted and timed, and every process it starts is ended. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup } from '../../rehearsal/process-group.ts';

/** No command of a person takes longer, in milliseconds. */
const LONGEST_COMMAND = 10 * 60_000;
/** How long, in milliseconds, and how often it is waited for the last process of a command. */
const WAIT = 100;
const MOST_WAITS = 100;
/** What `npm run`, a machine of CI and the tests set, and settings of AWS. Another person's terminal has none of it. */
const OF_NPM_RUN =
  /^(npm_(package|lifecycle|command|execpath|node_execpath|config_(user_agent|local_prefix|global_prefix|prefix|noproxy|node_gyp|init_module|npm_version)).*|INIT_CWD|NODE|NODE_OPTIONS|AWS_.*|TICKOVER_.*|CI)$/i;

/** The processes under way, each the leader of a group. */
const running = new Set<number>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(1);
  });
}

/** The terminal. */
export interface Terminal {
  readonly directory: string;
  /** The lines that the person typed or wrote, and the time that the typed ones took, in milliseconds. */
  readonly typed: { readonly lines: string[]; took: number };
  /** Types a line, and returns what the command printed at its end. Throws with that unless the command succeeds. */
  type(line: string): Promise<string>;
  /**
   * Types a line, and presses Ctrl+C when a printed line matches. Resolves when the command has ended. Throws if it
   * ends without such a line, or if a process of the command is left.
   */
  typeUntil(line: string, pattern: RegExp): Promise<string>;
  /** Runs what a person wouldn't type: neither counted nor timed. */
  check(line: string): Promise<string>;
  /** Writes a line into a file, in front of the line that begins with `next`. */
  write(file: string, line: string, next: string): void;
}

/**
 * Opens a terminal.
 * @param bin the directory with the Node that it finds
 * @param env variables in addition to those of this process
 */
export function terminalIn(directory: string, bin: string, env: Readonly<Record<string, string>>): Terminal {
  const variables = { ...ownVariables(bin), ...env };
  const typed: Terminal['typed'] = { lines: [], took: 0 };
  const run = (line: string, until?: RegExp) => runLine({ line, directory, variables, ...(until && { until }) });
  const timed = async (line: string, until?: RegExp) => {
    typed.lines.push(line);
    const began = performance.now();
    const output = await run(line, until);
    const took = performance.now() - began;
    typed.took += took;
    console.log(`  ${(took / 1000).toFixed(1).padStart(6)} s  ${line}`);
    return output;
  };
  return {
    directory,
    typed,
    type: (line) => timed(line),
    typeUntil: timed,
    check: (line) => run(line),
    write(file, line, next) {
      typed.lines.push(line);
      const path = join(directory, file);
      const lines = readFileSync(path, 'utf8').split('\n');
      const at = lines.findIndex((each) => each.trimStart().startsWith(next));
      if (at < 0) throw new Error(`no line in ${path} begins with ${next}`);
      writeFileSync(path, lines.toSpliced(at, 0, line).join('\n'));
    },
  };
}

/** The variables of this process as a terminal outside of the checkout has them, with another Node first. */
function ownVariables(bin: string): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !OF_NPM_RUN.test(name)) as [string, string][];
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((each) => !/node_modules|node-gyp-bin/.test(each));
  return {
    ...Object.fromEntries(own),
    PATH: [bin, ...path].join(delimiter),
    NO_COLOR: '1',
    // Nothing but the registry is asked for anything.
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

interface Line {
  readonly line: string;
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly until?: RegExp;
}

async function runLine({ line, directory, variables, until }: Line): Promise<string> {
  const child = spawn('sh', ['-c', line], {
    cwd: directory,
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid = 0 } = child;
  running.add(pid);
  const late = setTimeout(() => endGroup(pid), LONGEST_COMMAND);
  let output = '';
  let isMet = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (until === undefined || isMet || !until.test(output)) return;
      isMet = true;
      endGroup(pid, 'SIGINT');
    });
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve).once('error', reject);
    });
    const left = (await isGone(pid)) ? '' : '; it left a process';
    if ((until === undefined ? code !== 0 : !isMet) || left !== '') {
      throw new Error(`${line} in ${directory} ended with ${code}${left}:\n${output}`);
    }
    return output;
  } finally {
    clearTimeout(late);
    endGroup(pid);
    running.delete(pid);
  }
}

/** Whether all processes of the group end within a few seconds: some notice only then that their parent has ended. */
async function isGone(pid: number): Promise<boolean> {
  for (let waits = 0; isThere(pid); waits += 1) {
    if (waits === MOST_WAITS) return false;
    await sleep(WAIT);
  }
  return true;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
