/** Projects outside of the repository, for tests of bundles: they import Tickover by its path. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/process.ts';

const made: string[] = [];

/** The path by which a project imports `defineService`. */
export const TICKOVER = join(ROOT, 'lib', 'service', 'index.ts');

/** Makes a project with these files, by their paths in it; `TICKOVER` in a text is the path of Tickover. */
export function project(files: Readonly<Record<string, string>>): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tickover-project-')));
  made.push(directory);
  for (const [path, text] of Object.entries({ 'package.json': '{}', ...files })) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replaceAll('TICKOVER', TICKOVER));
  }
  return directory;
}

/** Removes the projects of this test file. */
export function removeProjects(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The text of a service's file. */
export function serviceText(options: string, before = ''): string {
  return `import { defineService } from 'TICKOVER';\n${before}\nexport default defineService({ ${options} });\n`;
}

/** A project whose services are written in every kind of file. */
export function mixedProject(): string {
  return project({
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '~/*': ['./shared/*'] } } }),
    'shared/words.ts': "export const word: string = 'from the paths';\n",
    'services/paths.ts': serviceText(
      "name: 'paths', interval: '5m', workload: async () => word",
      "import { word } from '~/words';",
    ),
    'services/compiled.cjs': [
      "const { defineService } = require('TICKOVER');",
      "Object.defineProperty(exports, '__esModule', { value: true });",
      "exports.default = defineService({ name: 'compiled', interval: '5m', workload: async () => 'compiled' });",
    ].join('\n'),
    'services/required.js': [
      "const { defineService } = require('TICKOVER');",
      "module.exports = defineService({ name: 'required', interval: '5m', workload: async () => 'required' });",
    ].join('\n'),
    'services/module.mjs': serviceText("name: 'module', interval: '5m', workload: async () => 'module'"),
    'services/typed.mts': serviceText("name: 'typed', interval: '5m', workload: async (): Promise<string> => 'typed'"),
    'services/common.cts': serviceText("name: 'common', interval: '5m', workload: async () => 'common'"),
    'services/paths.test.ts': 'export {};\n',
    'services/_shared.ts': 'export {};\n',
    'services/types.d.ts': 'export {};\n',
    'services/parts/helper.ts': 'export {};\n',
    'services/README.md': '',
  });
}
