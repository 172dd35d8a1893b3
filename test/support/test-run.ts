/** Running test files from a program, by the project's own settings. */
import { startVitest } from 'vitest/node';

/**
 * Runs the files of these globs, from the project's root, and tells whether all tests in them held. No file at all is a
 * failure.
 */
export async function testsHold(...include: readonly string[]): Promise<boolean> {
  const projects = [{ extends: true as const, test: { name: 'named', include: [...include] } }];
  const vitest = await startVitest('test', [], { run: true, watch: false, projects });
  const modules = vitest.state.getTestModules();
  await vitest.close();
  return modules.length > 0 && modules.every((module) => module.ok());
}
