/** Bundles of generated handlers, as esbuild makes them and Node loads them. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  ALL_PARTS,
  type Bundling,
  type BundlingChoices,
  bundle,
  entryFor,
  executedCode,
  findServiceFiles,
  type OptionalPart,
} from '../../lib/bundling/index.ts';
import { mixedProject, project, removeProjects, serviceText } from './kit.ts';

afterAll(removeProjects);

interface Given {
  readonly parts?: readonly OptionalPart[];
  readonly choices?: BundlingChoices;
}

function bundled(root: string, file: string, { parts = [], choices = {} }: Given = {}) {
  const contents = entryFor({ file: join(root, file) });
  return bundle({ subject: 'service poll', contents, root, parts, choices });
}

/** Loads a bundle in a process of its own, and returns what it prints or throws. */
function loaded(root: string, code: string): string {
  const file = join(root, 'bundle.mjs');
  writeFileSync(file, code);
  const url = JSON.stringify(pathToFileURL(file).href);
  const script = `import(${url}).then((m) => console.log(typeof m.handler), (error) => console.log(error.message));`;
  const env = { PATH: process.env['PATH'], TICKOVER_TABLE: 'states', AWS_REGION: 'us-east-1', ...QUIET };
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).trim();
}

/** The AWS SDK warns of older versions of Node. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

const trivial = { 'services/poll.ts': serviceText("name: 'poll', interval: '5m', workload: async () => {}") };

describe('a generated handler', () => {
  test('is made of a service in every kind of file', () => {
    const root = mixedProject();
    const files = findServiceFiles(join(root, 'services'));

    for (const file of files) {
      const { code } = bundle({ subject: 'it', contents: entryFor({ file }), root, parts: ALL_PARTS });
      expect(loaded(root, code)).toBe('function');
    }
  });

  test('honours the paths of the nearest tsconfig.json', () => {
    expect(bundled(mixedProject(), 'services/paths.ts').inputs).toContain('shared/words.ts');
  });

  test.each([
    ['export const other = 1;', 'none, but other'],
    ['export default { name: 1, workload: 2 };', 'an object with name, workload'],
    ['export default 5;', '5'],
    ['export default () => {};', 'a function'],
    [
      "import { defineService } from 'TICKOVER'; export const poll = defineService({ name: 'poll', interval: '5m' });",
      'none (write `export default` for poll)',
    ],
  ])('refuses a file with the text %s', (text, got) => {
    const root = project({ 'services/poll.ts': text });

    expect(loaded(root, bundled(root, 'services/poll.ts').code)).toBe(
      `services/poll.ts: default export: expected the service that defineService returns, got ${got}`,
    );
  });
});

describe('the bundle of a service with an interval alone', () => {
  const isOptional =
    /rules\/cron\/|powertools\/metrics|metrics\/prometheus|prom-client|senders|lib\/watchdog|client-(sns|eventbridge|ssm|secrets-manager)|lib\/secrets/;
  const inputsWith = (parts: readonly OptionalPart[]) =>
    bundled(project(trivial), 'services/poll.ts', { parts }).inputs.filter((path) => isOptional.test(path));

  test('has no cron expressions, no metrics, no senders and no reader of secrets', () => {
    expect(inputsWith([])).toEqual([]);
  });

  test('has cron expressions, metrics or the reader of secrets where its definition asks for them', () => {
    expect(inputsWith(['cron'])).toContainEqual(expect.stringContaining('rules/cron/fields.ts'));
    expect(inputsWith(['cron'])).not.toContainEqual(expect.stringContaining('powertools/metrics'));
    expect(inputsWith(['metrics'])).toContainEqual(expect.stringContaining('powertools/metrics'));
    expect(inputsWith(['metrics'])).not.toContainEqual(expect.stringContaining('rules/cron/'));
    expect(inputsWith(['secrets'])).toContainEqual(expect.stringContaining('client-ssm'));
    expect(inputsWith(['cron', 'metrics'])).not.toContainEqual(expect.stringContaining('client-ssm'));
  });

  test('refuses a cron expression that was not there when it was made', () => {
    const options = "name: 'poll', interval: '5m', cron: '0 9 * * ? *', workload: async () => {}";
    const root = project({ 'services/poll.ts': serviceText(options) });

    expect(loaded(root, bundled(root, 'services/poll.ts').code)).toContain(
      'its bundle was made for a service without a cron expression; deploy it again',
    );
    expect(loaded(root, bundled(root, 'services/poll.ts', { parts: ['cron'] }).code)).toBe('function');
  });
});

describe('a bundle', () => {
  test('is equal from two directories, and the code of its build minified or not', () => {
    const bundlings = [project(trivial), project(trivial)].flatMap((root) =>
      [true, false].map((minify) => ({
        ...{ subject: 'it', contents: entryFor({ file: join(root, 'services/poll.ts') }), root, parts: [] },
        choices: { minify },
      })),
    );
    const codes = bundlings.map((bundling) => executedCode(bundling, bundle(bundling)));

    expect(codes[0]?.length).toBeGreaterThan(1_000);
    expect(new Set(codes).size).toBe(1);
    expect(bundle(bundlings[0] as Bundling).code).toBe(codes[0]);
  });

  test('has a source map beside it, in it, or none, as is chosen', () => {
    const root = project(trivial);
    const made = (choices: BundlingChoices) => bundled(root, 'services/poll.ts', { choices });

    expect(JSON.parse(made({}).map ?? '').sources).toContain('services/poll.ts');
    expect(made({}).code).toContain('//# sourceMappingURL=index.mjs.map');
    expect(made({ sourceMap: false })).toMatchObject({ map: undefined });
    expect(made({ sourceMap: 'inline' })).toMatchObject({ map: undefined });
    expect(made({ sourceMap: 'inline' }).code).toContain('//# sourceMappingURL=data:');
  });

  test('takes texts to replace, packages to leave out, loaders, a footer and files for every module', () => {
    const root = project({
      'services/poll.ts': serviceText(
        "name: 'poll', interval: '5m', workload: async () => [STAGE, page, injected, other]",
        "import page from './page.html';\nimport other from 'not-here';\ndeclare const STAGE: string, injected: number;",
      ),
      'services/page.html': '<b>page</b>',
      'shim.ts': 'export const injected = 4711;',
    });
    const { code } = bundled(root, 'services/poll.ts', {
      choices: {
        define: { STAGE: '"the stage"' },
        external: ['not-here'],
        loader: { '.html': 'text' },
        inject: ['shim.ts'],
        footer: '// the footer',
      },
    });

    for (const part of ['the stage', 'from"not-here"', '<b>page</b>', '4711', '// the footer'])
      expect(code).toContain(part);
  });

  test('that fails names the service, the file, the line and the column', () => {
    const root = project({
      'services/poll.ts': "export {};\nimport { gone } from './gone.ts';\nconsole.log(gone);\n",
      'services/broken.ts': 'export default {\n  a b\n};\n',
    });

    expect(() => bundled(root, 'services/poll.ts')).toThrow(
      /^service poll: its code can't be bundled: services\/poll\.ts:2:22: Could not resolve "\.\/gone\.ts"$/,
    );
    expect(() => bundled(root, 'services/broken.ts')).toThrow(
      /^service poll: its code can't be bundled: services\/broken\.ts:2:5: Expected "}" but found "b"$/,
    );
  });
});
