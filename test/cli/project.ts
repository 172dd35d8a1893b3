/** A user's project outside of this repository, with the command `tickover` of this checkout. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, type Started, startNode } from '../support/process.ts';

/** A directory with the files that a test writes. */
export interface Project {
  readonly directory: string;
  write(file: string, text: string): Promise<void>;
  /** Starts the command in the project. */
  start(words: readonly string[], env?: Record<string, string>): Started;
  /** Runs the command to its end, and returns its exit code and its lines. */
  run(words: readonly string[]): Promise<{ readonly code: number | null; readonly lines: readonly string[] }>;
  /** Ends every command, and removes the directory. */
  remove(): Promise<void>;
}

/** Makes a project with an empty package.json. */
export async function makeProject(): Promise<Project> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'tickover-project-')));
  const processes: Started[] = [];
  const project: Project = {
    directory,
    async write(file, text) {
      const path = join(directory, file);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, text);
    },
    start(words, env = {}) {
      const started = startNode([join(ROOT, 'lib/cli/tickover.cjs'), ...words], { cwd: directory, env });
      processes.push(started);
      return started;
    },
    async run(words) {
      const started = project.start(words);
      // This signal does nothing to a process that runs.
      const { code } = await started.end('SIGCONT');
      return { code, lines: started.lines };
    },
    async remove() {
      await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
      await rm(directory, { recursive: true, force: true });
    },
  };
  await project.write('package.json', '{"type":"module"}');
  return project;
}

/** The text of a file with a service that does this each second. `more` stands before the service. */
export function serviceFile(name: string, workload: string, more = ''): string {
  return `
import { defineService } from ${JSON.stringify(join(ROOT, 'lib/index.ts'))};
${more}
export default defineService({
  name: '${name}',
  interval: '1s',
  timeout: '20s',
  workload: async () => {
    ${workload}
  },
});
`;
}
