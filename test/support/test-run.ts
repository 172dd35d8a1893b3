/** Running test files from a program, by the project's own settings. */
import { startVitest } from 'vitest/node';

/** What to run. */
export interface TestRun {
  /** Globs of the files, from the project's root. */
  readonly include: readonly string[];
  /** Variables for the tests. @default none */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the files and tells whether all tests in them held. No file at all is a failure. */
export async function testsHold({ include, env = {} }: TestRun): Promise<boolean> {
  const vitest = await startVitest('test', [], { run: true, watch: false, include: [...include], env: { ...env } });
  const modules = vitest.state.getTestModules();
  await vitest.close();
  return modules.length > 0 && modules.every((module) => module.ok());
}
