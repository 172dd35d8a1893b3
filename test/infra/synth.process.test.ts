/**
 * The app as `cdk` runs it: real bundles, CDK's own rules for templates and AWS's rules for solutions, without
 * credentials, network or Docker.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildId } from '../../lib/service/index.ts';
import { ROOT } from '../support/process.ts';
import { CATALOG, idle, newStack, resourceLike, templateOf } from '../support/stack-kit.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'tickover-synth-'));
const OUTPUT = join(directory, 'out');

/**
 * Nothing of AWS, a home without settings, a proxy that nobody answers at, and no program but Node and what npm put
 * here.
 */
const ENVIRONMENT = {
  PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
  HOME: directory,
  AWS_EC2_METADATA_DISABLED: 'true',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  CDK_DOCKER: 'no-such-program',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

let output = '';
beforeAll(async () => {
  mkdirSync(OUTPUT);
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const args = [
    cdk,
    'synth',
    '--quiet',
    '--output',
    OUTPUT,
    '--no-notices',
    '--no-version-reporting',
    '-c',
    'alarmEmail=a@example.com',
  ];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT, env: ENVIRONMENT });
  output = stdout + stderr;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Bundle {
  readonly name: string;
  readonly build: string;
  readonly directory: string;
}

function bundles(): Bundle[] {
  const template = JSON.parse(readFileSync(join(OUTPUT, 'Tickover-prod.template.json'), 'utf8'));
  const resources = Object.values<{
    Type: string;
    Properties: { Description: string; Environment: { Variables: Record<string, string> } };
    Metadata: Record<string, string>;
  }>(template.Resources);
  return resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties, Metadata }) => ({
      name: /service (.+)\.$/.exec(Properties.Description)?.[1] ?? '',
      build: Properties.Environment.Variables['TICKOVER_BUILD'] ?? '',
      directory: join(OUTPUT, Metadata['aws:asset:path'] ?? ''),
    }));
}

describe('cdk synth', () => {
  test('makes a bundle for every service of the catalog', () => {
    expect(bundles().map(({ name }) => name)).toEqual(CATALOG.map(({ service }) => service.name));
    for (const { directory: bundle } of bundles())
      expect(readdirSync(bundle).toSorted()).toEqual(['index.mjs', 'index.mjs.map']);
  });

  test('prints in one line what it costs a month', () => {
    expect(output).toMatch(
      /About \$\d+\.\d\d a month for \d+ services at list prices of [\w-]+, of which the engine is \$\d+\.\d\d/,
    );
  });

  test('has no finding of any rule', () => {
    const report = join(OUTPUT, 'validation-report.json');

    expect(existsSync(report)).toBe(true);
    expect(JSON.parse(readFileSync(report, 'utf8')).pluginReports).toEqual([]);
  });
});

describe('a bundle', () => {
  test('exports a handler that Node can load by itself, with the SDK in it', async () => {
    const script = (file: string) =>
      `import(${JSON.stringify(pathToFileURL(file).href)}).then((m) => console.log(typeof m.handler))`;
    const env = { ...ENVIRONMENT, TICKOVER_TABLE: 'state', TICKOVER_BUILD: 'b', AWS_REGION: 'us-east-1' };
    const loaded = await Promise.all(
      bundles().map(({ directory: bundle }) =>
        run(process.execPath, ['--input-type=module', '-e', script(join(bundle, 'index.mjs'))], {
          cwd: directory,
          env,
        }),
      ),
    );

    expect(loaded.map(({ stdout }) => stdout.trim())).toEqual(CATALOG.map(() => 'function'));
  });

  test('is minified, and keeps the names that messages use', () => {
    for (const { directory: bundle } of bundles()) {
      const code = readFileSync(join(bundle, 'index.mjs'), 'utf8');
      expect(code.split('\n').length).toBeLessThan(5_000);
      expect(code).toContain('"MalformedEventError"');
      expect(code).toContain('createRequire');
    }
  });

  test("is given a build of its own code and its service's policy", () => {
    for (const { name, build, directory: bundle } of bundles()) {
      const service = CATALOG.find((entry) => entry.service.name === name)?.service ?? idle();
      expect(build).toBe(buildId(readFileSync(join(bundle, 'index.mjs'), 'utf8'), service));
    }
    expect(new Set(bundles().map(({ build }) => build)).size).toBe(bundles().length);
  });
});

test('the bundle of the watchdog has the list, and the same build wherever the output of the app lies', () => {
  const stackIn = (outdir: string) =>
    newStack(new App({ outdir, builtinCloudFormationValidation: false }), { catalog: CATALOG });
  const inside = join('cdk.out', 'synth-test');
  const outputs = [inside, join(directory, 'elsewhere')];
  const built = outputs.map((outdir) => {
    const template = templateOf(stackIn(outdir));
    const { Properties } = resourceLike(template, 'AWS::Lambda::Function', 'watchservices');
    return (Properties['Environment'] as { Variables: Record<string, string> }).Variables['TICKOVER_BUILD'];
  });
  rmSync(inside, { recursive: true });

  expect(built[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(built[1]).toBe(built[0]);
  const { directory: bundle = '' } = bundles().find(({ name }) => name === 'watch-services') ?? {};
  expect(readFileSync(join(bundle, 'index.mjs'), 'utf8')).toContain('check-endpoints');
});

test('the app refuses settings of a service that the catalog does not have', async () => {
  const names = CATALOG.map(({ service }) => service.name).join(', ');
  const context = { services: { 'check-endpoint': {} } };
  const env = { PATH: process.env['PATH'], CDK_CONTEXT_JSON: JSON.stringify(context) };
  const app = run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { cwd: ROOT, env });

  await expect(app).rejects.toMatchObject({
    stderr: expect.stringContaining(`context: services: expected only ${names}, got 'check-endpoint'`),
  });
});

test('the app prints what it refuses, and what CDK refuses, with hidden characters escaped', async () => {
  const hostile = 'a\u001b[2J\u009b\u200b\u202e\u2028\ufeffz';
  const refused = async (context: Record<string, unknown>) => {
    const env = { PATH: process.env['PATH'], CDK_CONTEXT_JSON: JSON.stringify(context) };
    const app = run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { cwd: ROOT, env });
    const { code, stderr } = (await app.catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/[^\n -~]/);
    return stderr;
  };
  const shown = String.raw`a\u001b[2J\u009b\u200b\u202e\u2028\ufeffz`;

  expect(await refused({ services: { [hostile]: { [hostile]: hostile } }, stage: hostile })).toContain(shown);
  expect(await refused({ services: { [hostile]: {} } })).toContain(shown);
  await refused({ '@aws-cdk/core:bootstrapQualifier': hostile, 'aws:cdk:bundling-stacks': 'none' });
});
