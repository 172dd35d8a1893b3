/** The files that `tickover init` writes into new and existing projects. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkName, examineProject, stackName } from '../../../lib/cli/init/project.ts';
import { type Choices, type OwnManifest, writeProject } from '../../../lib/cli/init/write-project.ts';

const OWN: OwnManifest = {
  version: '1.2.3',
  devDependencies: {
    'aws-cdk': '^2.9.0',
    'aws-cdk-lib': '^2.8.1',
    '@types/node': '^24.0.0',
    tsx: '^4.0.0',
    typescript: '^7.0.0',
  },
  peerDependencies: { 'aws-cdk-lib': '^2.8.0', constructs: '^10.0.0' },
};

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tickover-init-'));
  directory = join(parent, 'My Services');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function put(path: string, content: string | object): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
}

const read = (path: string) => readFileSync(join(directory, path), 'utf8');
const manifest = () => JSON.parse(read('package.json'));

/** Runs the command as `--yes` does. */
function init(choices: Partial<Choices> = {}, userAgent?: string): string[] {
  const project = examineProject(directory, userAgent);
  return writeProject(project, { name: project.name, cdkApp: !project.hasCdkApp, ...choices }, OWN);
}

const linesAbout = (word: string, lines: readonly string[]) => lines.filter((line) => line.includes(word));

describe('In an empty directory', () => {
  test('a service, its test, a CDK app and the configuration are written', () => {
    const lines = init();

    expect(lines.filter((line) => line.startsWith('wrote'))).toEqual([
      'wrote   services/hello.ts',
      'wrote   services/hello.test.ts',
      'wrote   infra/app.ts',
      'wrote   cdk.json',
      'wrote   tsconfig.json',
      'wrote   package.json',
      'wrote   .gitignore',
    ]);
    expect(manifest()).toEqual({
      name: 'my-services',
      private: true,
      type: 'module',
      scripts: {
        dev: 'tickover dev',
        test: 'node --import tsx --test services/*.test.ts',
        typecheck: 'tsc --noEmit',
        deploy: 'cdk deploy',
      },
      dependencies: { tickover: '^1.2.3' },
      devDependencies: {
        '@types/node': '^24.0.0',
        'aws-cdk': '2.9.0',
        'aws-cdk-lib': '2.8.1',
        constructs: '^10.0.0',
        tsx: '^4.0.0',
        typescript: '^7.0.0',
      },
    });
    expect(JSON.parse(read('cdk.json'))).toEqual({ app: 'node --import tsx infra/app.ts' });
    expect(read('infra/app.ts')).toContain("new Stack(new App(), 'my-services')");
    expect(read('.gitignore')).toBe('node_modules/\n.tickover/\ncdk.out/\n.env\n');
  });

  test('the command of CDK may be newer than the pinned one if the project has its own aws-cdk-lib', () => {
    put('package.json', { dependencies: { 'aws-cdk-lib': '^2.300.0' } });

    init();

    expect(manifest()).toMatchObject({
      dependencies: { 'aws-cdk-lib': '^2.300.0' },
      devDependencies: { 'aws-cdk': '^2.9.0' },
    });
  });

  test('the next commands are printed, with the way to a directory that is not the present one', () => {
    expect(init().slice(-6)).toEqual([
      'Next:',
      `  cd '${directory}'`,
      '  npm install',
      '  npm test',
      '  npm run dev',
      'To deploy to AWS: npm run deploy',
    ]);
  });

  test('nothing of CDK is written if nobody wants it, and the lines for a stack are printed', () => {
    const lines = init({ cdkApp: false });

    expect([existsSync(join(directory, 'infra')), existsSync(join(directory, 'cdk.json'))]).toEqual([false, false]);
    expect(Object.keys(manifest().devDependencies)).toEqual(['@types/node', 'tsx', 'typescript']);
    expect(manifest().scripts.deploy).toBeUndefined();
    expect(lines.slice(-2)).toEqual([
      "  import { TickoverServices } from 'tickover/cdk';",
      "  new TickoverServices(this, 'Services', { directory: 'services' });",
    ]);
  });

  test('a second run changes nothing', () => {
    init();
    const before = read('package.json');

    const lines = init();

    expect(lines.filter((line) => /^(wrote|added)/.test(line))).toEqual([]);
    expect(read('package.json')).toBe(before);
  });
});

describe('In a project that is there', () => {
  test('a package.json by `npm install TARBALL` becomes one of ES modules, and keeps what it installed', () => {
    put('package.json', { dependencies: { tickover: 'file:../tickover-1.2.3.tgz' } });

    expect(linesAbout('package.json', init())).toEqual([
      'added   package.json: name, private, type; scripts dev, test, typecheck, deploy; devDependencies @types/node, aws-cdk, aws-cdk-lib, constructs, tsx, typescript',
    ]);
    expect(manifest()).toMatchObject({
      ...{ name: 'my-services', type: 'module' },
      dependencies: { tickover: 'file:../tickover-1.2.3.tgz' },
    });
  });

  test('no file is replaced', () => {
    for (const path of ['services/hello.ts', 'services/hello.test.ts', 'infra/app.ts', 'cdk.json']) put(path, 'mine');
    put('tsconfig.json', '{ "extends": "./base.json" }');
    put('package.json', { type: 'module' });

    const lines = init();

    for (const path of ['services/hello.ts', 'services/hello.test.ts', 'infra/app.ts', 'cdk.json'])
      expect(read(path)).toBe('mine');
    expect(lines.filter((line) => line.startsWith('kept'))).toEqual([
      'kept    services/hello.ts',
      'kept    services/hello.test.ts',
      'kept    tsconfig.json',
    ]);
  });

  test('a script of the same name stays, and the new one gets a name of its own, which is printed', () => {
    put('package.json', { name: 'x', type: 'module', scripts: { test: 'jest', dev: 'vite' } });

    const lines = init();

    expect(manifest().scripts).toMatchObject({
      ...{ test: 'jest', dev: 'vite', 'dev:services': 'tickover dev' },
      'test:services': 'node --import tsx --test services/*.test.ts',
    });
    expect(lines).toContain('  npm run test:services');
    expect(lines).toContain('  npm run dev:services');
  });

  test('a package stays at the version and in the section that it has', () => {
    put('package.json', {
      ...{ type: 'module', devDependencies: { tickover: 'workspace:*', typescript: '~5.9.3' } },
      ...{ peerDependencies: { 'aws-cdk-lib': '2.200.0' }, optionalDependencies: { tsx: '4.1.0' } },
    });

    init();

    expect(manifest()).toMatchObject({ devDependencies: { tickover: 'workspace:*', typescript: '~5.9.3' } });
    expect(manifest().dependencies).toBeUndefined();
    expect(Object.keys(manifest().devDependencies).toSorted()).toEqual([
      ...['@types/node', 'aws-cdk', 'constructs', 'tickover', 'typescript'],
    ]);
  });

  test.each([
    ['with the type commonjs', { type: 'commonjs' }],
    ['with sources and no type', { name: 'x' }],
  ])('one of CommonJS (%s) gets files .mts, which are ES modules there too', (_case, json) => {
    put('package.json', json);
    put('src/index.js', '');

    init();

    expect(existsSync(join(directory, 'services/hello.mts'))).toBe(true);
    expect(read('services/hello.test.mts')).toContain("from './hello.mjs'");
    expect(manifest().type).toBe((json as { type?: string }).type);
    expect(manifest().scripts.test).toBe('node --import tsx --test services/*.test.mts');
    expect(JSON.parse(read('cdk.json')).app).toBe('node --import tsx infra/app.mts');
  });

  test('a CDK app of its own is left as it is, and the lines for its stack are printed', () => {
    put('package.json', { type: 'module' });
    put('cdk.json', { app: 'npx tsx bin/app.ts' });

    const lines = init();

    expect(existsSync(join(directory, 'infra'))).toBe(false);
    expect(manifest().scripts.deploy).toBeUndefined();
    expect(lines.at(-1)).toBe("  new TickoverServices(this, 'Services', { directory: 'services' });");
  });

  test('one that tests with vitest gets a test for vitest', () => {
    put('package.json', { type: 'module', devDependencies: { vitest: '^4.0.0' }, scripts: { test: 'vitest run' } });

    init({ cdkApp: false });

    expect(read('services/hello.test.ts')).toContain("import { test } from 'vitest';");
    expect(manifest().scripts).toEqual({ test: 'vitest run', dev: 'tickover dev', typecheck: 'tsc --noEmit' });
    expect(manifest().devDependencies.tsx).toBeUndefined();
  });

  test('an existing .gitignore gets the lines that it lacks, in its style', () => {
    put('.gitignore', '/node_modules\r\n*.log');

    expect(linesAbout('.gitignore', init())).toEqual(['added   .gitignore: .tickover/ cdk.out/ .env']);
    expect(read('.gitignore')).toBe('/node_modules\r\n*.log\r\n.tickover/\r\ncdk.out/\r\n.env\r\n');
  });

  test.each([
    ['{ "compilerOptions": { "module": "commonjs" } }', '"module": "NodeNext" and "types": ["node"]'],
    ['{ "compilerOptions": { "moduleResolution": "bundler" } }', '"types": ["node"]'],
    ['{ "compilerOptions": { "module": "NodeNext", "types": ["jest", "node"] } }', undefined],
    ['{ "extends": "../tsconfig.json" }', undefined],
  ])('a tsconfig.json is kept, and what it lacks is printed: %s', (text, needs) => {
    put('tsconfig.json', text);

    const lines = init();

    expect(lines).toContain('kept    tsconfig.json');
    expect(linesAbout('check   tsconfig.json', lines)).toEqual(
      needs === undefined ? [] : [`check   tsconfig.json: services need ${needs}`],
    );
  });
});

describe('The commands that are printed are those of the package manager', () => {
  const next = (lines: readonly string[]) => lines.slice(lines.indexOf('Next:') + 2, lines.indexOf('Next:') + 5);
  const PNPM = ['  pnpm install', '  pnpm test', '  pnpm run dev'];
  const YARN = ['  yarn install', '  yarn test', '  yarn dev'];
  const NPM = ['  npm install', '  npm test', '  npm run dev'];

  test.each([
    ['pnpm-lock.yaml', '', PNPM],
    ['yarn.lock', '', YARN],
    ['package-lock.json', '', NPM],
    ['package.json', '{ "packageManager": "pnpm@10.0.0" }', PNPM],
  ])('of the project, by %s', (file, text, commands) => {
    put(file, text);

    expect(next(init())).toEqual(commands);
  });

  test.each([
    ['pnpm', { 'pnpm-workspace.yaml': 'packages: ["*"]' }, PNPM],
    ['yarn', { 'package.json': '{ "workspaces": ["*"] }', 'yarn.lock': '' }, YARN],
    ['npm', { 'package.json': '{ "workspaces": ["*"] }' }, NPM],
  ])('of the workspace around it, one of %s', (_manager, files, commands) => {
    for (const [file, text] of Object.entries(files)) put(`../${file}`, text);

    expect(next(init({}, 'bun/1.0'))).toEqual(commands);
  });

  test('of the command that started this one, if the project shows none', () => {
    put('../yarn.lock', '');

    expect(next(init({}, 'pnpm/10.1.0 npm/? node/v22.0.0'))).toEqual(PNPM);
    rmSync(directory, { recursive: true });
    expect(next(init())).toEqual(NPM);
  });
});

describe('With pnpm, which refuses packages whose build scripts nobody has decided on', () => {
  const SETTINGS = 'pnpm-workspace.yaml';

  test('a project of its own gets the decision that the scripts are not needed', () => {
    const lines = init({}, 'pnpm/12.0.0');

    expect(lines).toContain(`wrote   ${SETTINGS}`);
    expect(read(SETTINGS)).toBe('allowBuilds:\n  classic-level: false\n  esbuild: false\n');
    expect(linesAbout(`check   ${SETTINGS}`, lines)).toEqual([]);
  });

  test.each([
    ['of its own', SETTINGS],
    ['of the workspace around it', `../${SETTINGS}`],
  ])('settings %s are kept, and the line to add is printed', (_whose, file) => {
    put(file, 'packages: ["*"]\n');

    const lines = init();

    expect(read(file)).toBe('packages: ["*"]\n');
    expect(existsSync(join(directory, SETTINGS))).toBe(file === SETTINGS);
    expect(linesAbout(`check   ${SETTINGS}`, lines)).toEqual([
      `check   ${SETTINGS}: unless it allows or forbids them, add "allowBuilds: { classic-level: false, esbuild: false }"`,
    ]);
  });

  test('nothing is printed about settings that have decided', () => {
    put(SETTINGS, 'allowBuilds:\n  esbuild: true\n');

    expect(linesAbout(`check   ${SETTINGS}`, init())).toEqual([]);
  });

  test('no other package manager gets its settings', () => {
    init({}, 'npm/10.0.0');

    expect(existsSync(join(directory, SETTINGS))).toBe(false);
  });
});

describe('Refused', () => {
  test('is a directory that is a file, or whose services are one', () => {
    put('services', 'a file');

    expect(() => examineProject(directory)).toThrow(
      `services: expected a directory, got the file '${directory}/services'`,
    );
    expect(() => examineProject(join(directory, 'services'))).toThrow('DIR: expected a directory, got the file');
  });

  test('is a directory that can not be made', () => {
    put('file', '');
    directory = join(directory, 'file', 'below');

    expect(() => init()).toThrow(`DIR: expected a directory that can be written, got '${directory}' (ENOTDIR)`);
  });

  test.each([
    ['[]', "package.json: expected a JSON object, got a file that begins with '[]'; nothing was written"],
    ['{ "name": ', 'package.json: expected a JSON object, got a file that begins with \'{ "name": \''],
    ['{ "scripts": "x" }', "package.json: scripts: expected an object, got 'x'; nothing was written"],
    ['{ "devDependencies": [] }', 'package.json: devDependencies: expected an object, got []; nothing was written'],
  ])('is a package.json that can not be completed: %s', (text, message) => {
    put('package.json', text);

    expect(() => init()).toThrow(message);
    expect(existsSync(join(directory, 'services'))).toBe(false);
  });

  test.each(['', 'Big', 'a b', '.a', '_a', '@a', '@a/', 'a/b', 'tickover', 'node_modules', 'ä', 'x'.repeat(215)])(
    'is the name %j',
    (name) => {
      expect(() => checkName(name)).toThrow(
        /^name: expected a name that npm allows .*, got '.*'; nothing was written$/,
      );
    },
  );
});

describe('The name', () => {
  test.each(['a', '@scope/a.b', 'a-b_c~d', '0'])('may be %j', (name) => {
    expect(() => checkName(name)).not.toThrow();
  });

  test.each([
    ['My Services', 'my-services'],
    ['tickover', 'tickover-services'],
    ['___', 'services'],
    ['Ünits', 'nits'],
  ])('of the directory %j becomes %j', (name, expected) => {
    expect(examineProject(join(parent, name)).name).toBe(expected);
  });

  test.each([
    ['@scope/my.app', 'scope-my-app'],
    ['0day', 'services-0day'],
    ['-a-', 'a'],
    ['x'.repeat(200), 'x'.repeat(128)],
    ['~', 'services'],
  ])('%j becomes the stack %j', (name, expected) => {
    expect(stackName(name)).toBe(expected);
  });
});
