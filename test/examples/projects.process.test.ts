/** Projects that use the packed package: those that `tickover init` writes, and the examples. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consumerOf, type Packed, packInto } from '../support/packed.ts';
import { ROOT } from '../support/process.ts';

const run = promisify(execFile);
const EXAMPLES = join(ROOT, 'examples');

let directory: string;
let packed: Packed;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickover-projects-'));
  packed = packInto(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs `tickover init` in a project whose packages are installed. */
async function init(project: string, ...words: string[]): Promise<string> {
  const command = join(project, 'node_modules/tickover/dist/lib/cli/tickover.cjs');
  return (await run(process.execPath, [command, 'init', ...words], { cwd: project })).stdout;
}

/** Runs a script of the project's package.json. */
async function script(project: string, name: string): Promise<void> {
  await runShown('npm', ['run', '--silent', name], project);
}

async function typeCheck(project: string): Promise<void> {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await runShown(tsc, ['-p', project, '--skipLibCheck', 'false'], project);
}

/** Runs the CDK app as `cdk synth` does, and returns the types of its resources. */
async function synth(project: string): Promise<string[]> {
  const { app } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  const output = join(project, 'cdk.out');
  await runShown('sh', ['-c', app], project, { CDK_OUTDIR: output });
  const templates = readdirSync(output).filter((file) => file.endsWith('.template.json'));
  return templates.flatMap((file) => {
    const { Resources } = JSON.parse(readFileSync(join(output, file), 'utf8'));
    return (Object.values(Resources) as { readonly Type: string }[]).map(({ Type }) => Type);
  });
}

/** Runs a program. If it fails, the error of the test contains what the program printed. */
async function runShown(file: string, words: string[], cwd: string, env: Record<string, string> = {}): Promise<void> {
  try {
    await run(file, words, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env } });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${file} ${words.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
}

const DEPLOYED = ['AWS::Lambda::Function', 'AWS::Scheduler::Schedule', 'AWS::DynamoDB::Table'];

describe('The project that tickover init writes', () => {
  test.each([
    ['an empty directory', undefined, 'ts'],
    [
      'one with the package.json of `npm install TARBALL`',
      { dependencies: { tickover: 'file:../tickover.tgz' } },
      'ts',
    ],
    ['a project of CommonJS', { name: 'common', type: 'commonjs' }, 'mts'],
  ])('type-checks, passes its test and makes a stack, in %s', async (_where, manifest, extension) => {
    const project = consumerOf(directory, packed, `init-${extension}-${manifest === undefined ? 'new' : 'there'}`);
    if (manifest !== undefined) writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));

    expect(await init(project, '--yes')).toContain(`wrote   services/hello.${extension}\n`);

    await typeCheck(project);
    await script(project, 'test');
    expect(await synth(project)).toEqual(expect.arrayContaining(DEPLOYED));
  });

  test('has files that the umask of the person allows others to read', async () => {
    const project = consumerOf(directory, packed, 'umask');
    const expected = 0o666 & ~process.umask();

    await init(project);

    expect(statSync(join(project, 'services/hello.ts')).mode & 0o777).toBe(expected);
  });

  test('is not begun if its name or its directory is refused, and one line names why', async () => {
    const project = consumerOf(directory, packed, 'refused');
    const refused = async (...words: string[]) =>
      init(project, ...words).then(
        () => 'done',
        ({ code, stderr }) => `${code} ${stderr}`,
      );

    expect(await refused('--name', 'A B')).toMatch(
      /^1 tickover init: name: expected .*, got 'A B'; nothing was written\n$/,
    );
    expect(await refused('node_modules/tickover/package.json')).toMatch(
      /^1 tickover init: DIR: expected a directory.*\n$/,
    );
    expect(existsSync(join(project, 'services'))).toBe(false);
  });
});

describe('The examples', () => {
  test.each(readdirSync(EXAMPLES))('type-check, pass their tests and make a stack: %s', async (name) => {
    const project = consumerOf(directory, packed, name);
    cpSync(join(EXAMPLES, name), project, { recursive: true });
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

    if (existsSync(join(project, 'tsconfig.json'))) await typeCheck(project);
    await script(project, 'test');
    if ('build' in scripts) await script(project, 'build');
    if (existsSync(join(project, 'cdk.json'))) expect(await synth(project)).toEqual(expect.arrayContaining(DEPLOYED));
  });
});
