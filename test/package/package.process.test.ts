/** The package as npm publishes it: what it holds, and that others can use it. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { parseSync } from 'oxc-parser';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consumerOf, type Packed, packInto } from '../support/packed.ts';
import { ROOT, startNode } from '../support/process.ts';
import { NOT_IN_LAMBDA, sizesOf } from './bundle-inputs.ts';

const run = promisify(execFile);

/** In bytes. */
const LARGEST_TARBALL = 400_000;

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
}

const MANIFEST: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const ENTRIES = Object.entries(MANIFEST.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ name: `tickover${path.slice(1)}`, ...target }],
);

let directory: string;
let packed: Packed;
let consumer: string;
/** The installed package. */
let own: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickover-package-'));
  packed = packInto(directory);
  consumer = consumerOf(directory, packed);
  own = join(consumer, 'node_modules/tickover');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('The tarball', () => {
  test('is smaller than 400 KB', () => {
    console.log(`${packed.filename}: ${packed.size} bytes, ${packed.files.length} files`);

    expect(packed.size).toBeLessThan(LARGEST_TARBALL);
  });

  test('holds built files, and no sources, tests or source maps', () => {
    const kinds = [
      /^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/,
      /^dist\/(lib|infra)\/.*(\.js|\.d\.ts)$/,
      /^dist\/lib\/cli\/[\w-]+\.cjs$/,
      /^dist\/(lib\/local\/database\/load-thread\.mjs|samples\/flow-runs\.json)$/,
    ];

    expect(packed.files.map(({ path }) => path).filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
  });

  test('holds every file that package.json exports or runs', () => {
    const named = [...ENTRIES.flatMap((entry) => [entry.types, entry.default]), ...Object.values(MANIFEST.bin)];
    const paths = packed.files.map(({ path }) => path);

    expect(named.filter((path) => !paths.includes(path.replace('./', '')))).toEqual([]);
  });

  test('holds every file that an entry which the constructs write imports', () => {
    const named = filesIn(join(ROOT, 'infra/constructs')).flatMap((file) => entryImportsIn(readFileSync(file, 'utf8')));
    const paths = packed.files.map(({ path }) => path);

    expect(named).toContain('dist/lib/lambda/index.js');
    expect(named.filter((path) => !paths.includes(path))).toEqual([]);
  });

  test('has nothing that publint would change', async () => {
    const { messages, pkg } = await publint({ pkgDir: own, strict: true, pack: false });

    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that attw finds right for nodenext and bundler', async () => {
    const attw = join(ROOT, 'node_modules/.bin/attw');

    const { stdout } = await run(attw, [join(directory, 'tarball', packed.filename), '--profile', 'esm-only']);

    expect(stdout).toContain('tickover v');
  });
});

describe('Another project', () => {
  test.each(['nodenext', 'bundler'])('type-checks against it, its declarations included, under %s', (resolution) => {
    const project = join(consumer, resolution);
    mkdirSync(project, { recursive: true });
    copyFileSync(join(ROOT, 'test/package/fixtures/consumer.ts'), join(project, 'consumer.ts'));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      ...{ target: 'ES2022', module: resolution === 'bundler' ? 'esnext' : 'nodenext', moduleResolution: resolution },
      ...{ strict: true, skipLibCheck: false, types: ['node'], noEmit: true },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));

    expect(outputOf(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project])).toBe('');
  });

  test('can require it from CommonJS, and two copies of it recognise what the other has made', async () => {
    const other = consumerOf(directory, packed, 'other');

    const { stdout } = await run(process.execPath, [join(ROOT, 'test/package/commonjs.cjs'), consumer, other]);

    const { names, ...found } = JSON.parse(stdout);
    expect(found).toEqual({
      ...{ node: process.versions.node, copies: 2 },
      ...{ isService: true, isInstance: false, hasCode: true },
    });
    expect(Object.keys(names)).toEqual(Object.keys(MANIFEST.exports).map((path) => `tickover${path.slice(1)}`));
    expect(Object.values(names)).not.toContain(0);
  });

  test('can make an app of two copies of the constructs, which recognise each other', async () => {
    const projects = ['one-app', 'other-app'].map((name) => consumerOf(directory, packed, name));

    const { stdout } = await run(process.execPath, [join(ROOT, 'test/package/two-copies-of-cdk.cjs'), ...projects]);

    expect(JSON.parse(stdout)).toEqual({
      ...{ isDeployedService: true, isServiceGroup: [true, false], isInstance: false, unwatched: 0 },
      sameName: expect.stringContaining("'watched'"),
    });
  });

  test('runs the command of the package on its own services', async () => {
    const command = join(own, MANIFEST.bin['tickover'] ?? '');
    const words = ['--directory', join(directory, 'data')];
    mkdirSync(join(consumer, 'services'));
    writeFileSync(
      join(consumer, 'services/hello.ts'),
      [
        "import { defineService } from 'tickover';",
        "export default defineService({ name: 'hello', interval: '1s', workload: async () => 'hi' });",
      ].join('\n'),
    );

    expect((await run(command, ['--version'])).stdout).toBe(
      `${JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version}\n`,
    );
    expect((await run(command, ['--help'])).stdout).toMatch(/ dev [\s\S]* repair /);
    const { stdout } = await run(command, ['invoke', 'hello', ...words], { cwd: consumer });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'succeeded', result: 'hi' });
    const dev = startNode([command, 'dev', ...words], { cwd: consumer });
    try {
      await dev.line(/ hello +succeeded /);
      await dev.line(/ watch-services +succeeded /);
    } finally {
      expect(await dev.end('SIGTERM')).toEqual({ code: 0, signal: null });
    }
  });
});

describe('What the package exports', () => {
  test('awaits nothing at the top level of a module', () => {
    // CommonJS has no top-level await, so esbuild refuses to convert a module that has one.
    const built = ENTRIES.map((entry) =>
      bundle({ entryPoints: [join(own, entry.default)], format: 'cjs', packages: 'external' }),
    );

    expect(built.flatMap(({ errors }) => errors)).toEqual([]);
  });

  test('has declarations that import only packages which npm installs with it', () => {
    const known = [...Object.keys(MANIFEST.dependencies), ...Object.keys(MANIFEST.peerDependencies)];
    const imported = ENTRIES.flatMap(({ types }) => packagesIn(join(own, types)));

    expect([...new Set(imported)].filter((name) => !known.includes(name))).toEqual([]);
  });

  test('has no declaration in `tickover` and `tickover/testing` that needs CDK', () => {
    const imported = ENTRIES.filter(({ name }) => name !== 'tickover/cdk').flatMap(({ types }) =>
      packagesIn(join(own, types)),
    );

    expect(imported.filter((name) => /^(aws-cdk-lib|constructs)$/.test(name))).toEqual([]);
  });

  test('does nothing while it is loaded, but for the modules that `sideEffects` lists', () => {
    const listed = MANIFEST.sideEffects.map((pattern) => pattern.replace('./', '').replace('**', ''));
    const acting = packed.files
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.js') && !listed.some((prefix) => path.startsWith(prefix)))
      .filter((path) => actsAtLoad(join(own, path)));

    expect(acting).toEqual([]);
  });
});

describe('The bundle of a trivial service', () => {
  test('has no input that only one machine, a deploy or a test needs', () => {
    const entry = join(consumer, 'trivial.ts');
    writeFileSync(
      entry,
      [
        "import { defineService, scheduledHandler } from 'tickover';",
        "export const handler = scheduledHandler(defineService({ name: 'trivial', interval: '5m', workload: async () => {} }));",
      ].join('\n'),
    );

    const { metafile } = bundle({ entryPoints: [entry], format: 'esm', minify: true });

    const inputs = Object.keys(metafile.inputs);
    for (const line of sizesOf(metafile)) console.log(line);
    expect(inputs.filter((file) => /tickover\/dist\/lib\/tick\//.test(file)).length).toBeGreaterThan(5);
    expect(inputs.filter((file) => NOT_IN_LAMBDA.test(file))).toEqual([]);
  });
});

function bundle(options: Pick<Parameters<typeof buildSync>[0], 'entryPoints' | 'format' | 'packages' | 'minify'>) {
  return buildSync({
    ...{ bundle: true, write: false, metafile: true, platform: 'node', target: 'node20', logLevel: 'silent' },
    ...{ mainFields: ['module', 'main'], absWorkingDir: consumer, outdir: 'out' },
    ...options,
  });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** The built files that a construct names as imports of an entry: by the paths of their sources, from `lib` on. */
function entryImportsIn(code: string): string[] {
  return [...code.matchAll(/'((?:[\w-]+\/)+[\w-]+)\.ts': \[/g)].map(([, path]) => `dist/lib/${path}.js`);
}

/** What a program printed, whether it succeeded or not. */
function outputOf(file: string, words: readonly string[]): string {
  try {
    return execFileSync(file, words, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

/** The packages that a declaration file imports, and those that the files of the package which it imports do. */
function packagesIn(first: string): string[] {
  const files = new Set([first]);
  const packages = new Set<string>();
  for (const file of files) {
    const specifiers = specifiersIn(file);
    for (const path of specifiers.filter((each) => each.startsWith('.'))) {
      files.add(join(dirname(file), path.replace(/\.[jt]s$/, '.d.ts')));
    }
    for (const name of specifiers.filter((each) => !/^(\.|node:)/.test(each))) packages.add(packageOf(name));
  }
  return [...packages];
}

function specifiersIn(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  return [...code.matchAll(/(?:from |import\(|import )['"]([^'"]+)['"]/g)].map(([, specifier = '']) => specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Whether a module has a statement at its top level that is no declaration, or an import for its effects alone. */
function actsAtLoad(file: string): boolean {
  return parseSync(file, readFileSync(file, 'utf8')).program.body.some((node) =>
    node.type === 'ImportDeclaration'
      ? node.specifiers.length === 0
      : !/^(Export\w+|(Function|Class|Variable)Declaration)$/.test(node.type),
  );
}
