/** CDK's options of a bundle, and commands and files beside the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging } from 'aws-cdk-lib';
import { type BundlingOptions, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { afterAll, describe, expect, test } from 'vitest';
import { ScheduledService } from '../../infra/constructs/scheduled-service.ts';
import { project, removeProjects } from '../bundling/kit.ts';
import { emptyStack, idle, newApp, removeOutputs, resourcesOf, templateOf } from '../support/stack-kit.ts';

afterAll(() => {
  removeOutputs();
  removeProjects();
});

const HANDLER = { 'poll.ts': 'declare const STAGE: string;\nexport const handler = async () => STAGE;\n' };

function deployed(bundling: BundlingOptions, files: Readonly<Record<string, string>> = {}) {
  const root = project({ ...HANDLER, ...files });
  const define = { STAGE: '"prod"' };
  const stack = emptyStack(newApp({}));
  const made = new ScheduledService(stack, 'Poll', {
    service: idle({ name: 'poll' }),
    entry: join(root, 'poll.ts'),
    functionProps: { bundling: { define, ...bundling } },
  });
  const staging = made.node.findAll().find((child) => child instanceof AssetStaging);
  const directory = staging?.absoluteStagedPath ?? '';
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  const [lambda] = resourcesOf(templateOf(stack), 'AWS::Lambda::Function');
  const environment = lambda?.Properties['Environment'] as { Variables: Record<string, string> } | undefined;
  return { root, names: readdirSync(directory).toSorted(), read, build: environment?.Variables['TICKOVER_BUILD'] };
}

describe('the code of a function', () => {
  test('is the bundle and its source map, from a project without a lock file', () => {
    const { names, read } = deployed({});

    expect(names).toEqual(['index.mjs', 'index.mjs.map']);
    expect(read('index.mjs')).toContain('"prod"');
    expect(JSON.parse(read('index.mjs.map')).sources).toEqual(['poll.ts']);
  });

  test('has a file about the bundle, sources in its map, or a map in itself where asked for', () => {
    expect(deployed({ metafile: true }).names).toContain('index.meta.json');
    expect(JSON.parse(deployed({ sourcesContent: true }).read('index.mjs.map')).sourcesContent).toHaveLength(1);
    expect(deployed({ sourceMapMode: SourceMapMode.INLINE }).names).toEqual(['index.mjs']);
    expect(deployed({ sourceMapMode: SourceMapMode.DEFAULT }).names).toEqual(['index.mjs', 'index.mjs.map']);
    expect(deployed({ sourceMap: false }).names).toEqual(['index.mjs']);
  });

  test('has what the commands of the user make, which run in the project and in their order', () => {
    const { names, read, root } = deployed({
      commandHooks: {
        beforeBundling: (input) => [`echo 'export const handler = async () => "made";' > ${input}/poll.ts`],
        beforeInstall: (_input, output) => [`pwd > ${output}/where`],
        afterBundling: (_input, output) => [`cp ${output}/index.mjs ${output}/copy.mjs`, `rm ${output}/index.mjs.map`],
      },
    });

    expect(names).toEqual(['copy.mjs', 'index.mjs', 'where']);
    expect(read('copy.mjs')).toContain('"made"');
    expect(read('where').trim()).toBe(root);
  });

  test('has a build id that neither formatting, comments nor the directory change, minified or not', () => {
    const { build } = deployed({});
    const formatted = {
      'poll.ts': '/** It. */ declare const STAGE: string;\nexport const handler = async () =>\n  STAGE;',
    };

    expect(deployed({}).build).toBe(build);
    expect(deployed({}, formatted).build).toBe(build);
    expect(deployed({ minify: false }, formatted).build).toBe(build);
    expect(deployed({ define: { STAGE: '"dev"' } }).build).not.toBe(build);
  });

  test('is refused where it fails, by the service and the place in its file', () => {
    const files = { 'poll.ts': "import './gone.ts';\nexport const handler = 1;" };

    expect(() => deployed({}, files)).toThrow(
      /^service 'poll': its code can't be bundled: poll\.ts:1:8: Could not resolve "\.\/gone\.ts"$/,
    );
    expect(() => deployed({}, { 'poll.ts': 'export const other = 1;' })).toThrow(
      /^service 'poll': its code can't be bundled: .*No matching export in "poll\.ts" for import "handler"/,
    );
    expect(() => deployed({ nodeModules: ['not-installed'] })).toThrow(
      "functionProps.bundling.nodeModules: expected packages that are installed, got 'not-installed'",
    );
    expect(existsSync('index.mjs')).toBe(false);
  });
});
