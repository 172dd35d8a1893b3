/** `npm run cost`, as it is typed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../support/process.ts';

/** The stack is built, which takes seconds, and more of them on a busy machine. */

async function cost(...args: readonly string[]): Promise<{ output: string; refusal: string }> {
  const command = ['--import', 'tsx', 'infra/cost/command.ts', ...args];
  const run = promisify(execFile)(process.execPath, command, { cwd: ROOT });
  return run.then(
    ({ stdout }) => ({ output: stdout, refusal: '' }),
    ({ stderr }: { stderr: string }) => ({ output: '', refusal: stderr }),
  );
}

describe('the command', () => {
  test('itemises the catalog of a stage, under the assumptions that are given', async () => {
    const { output, refusal } = await cost('-c', 'stage=dev', '--work-seconds', '2', '--region', 'eu-central-1');

    expect(refusal).toBe('');
    expect(output).toMatch(/^ {2}Scheduler {2}[\d,]+ invocations +\$0\.15 +\$0\.00$/m);
    expect(output).toMatch(/^ {2}check-endpoints {2}/m);
    expect(output).toMatch(/^ {2}--work-seconds +2 s /m);
  });

  test.each([
    [['--work-seconds', 'fast'], "Expected a number, got 'fast'."],
    [['--failure-share', '2'], 'failureShare: expected a number from 0 to 1, got 2'],
    [['--region', 'eu-north-1'], "prices are known (us-east-1, eu-west-1, eu-central-1), got 'eu-north-1'"],
    [['-c', 'stage'], 'Expected name=value, got stage.'],
  ])('refuses %j', async (args, message) => {
    const { refusal } = await cost(...args);

    expect(refusal).toContain(message);
    expect(refusal).not.toContain('    at ');
  });
});
