import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findServiceFiles } from '../../lib/bundling/index.ts';
import { mixedProject, project, removeProjects } from './kit.ts';

afterAll(removeProjects);

describe('the files of services', () => {
  test('are the scripts of a directory, without tests, declarations, hidden files and folders', () => {
    const directory = mixedProject();
    const names = ['common.cts', 'compiled.cjs', 'module.mjs', 'paths.ts', 'required.js', 'typed.mts'];

    expect(findServiceFiles(join(directory, 'services'))).toEqual(
      names.map((name) => join(directory, 'services', name)),
    );
  });

  test('are none where a file begins with a dot, or is a test or a declaration of any kind', () => {
    const names = [
      '.a.ts',
      '_b.mjs',
      'c.spec.mts',
      'd.test.cjs',
      'e.d.mts',
      'f.d.cts',
      'g.d.json.ts',
      'h.tsx',
      'i.json',
    ];
    const directory = project({
      ...Object.fromEntries(names.map((name) => [`s/${name}`, ''])),
      's/poll.test-data.ts': '',
    });

    expect(findServiceFiles(join(directory, 's'))).toEqual([join(directory, 's', 'poll.test-data.ts')]);
  });

  test('are refused where there are none, and where a directory is missing', () => {
    const directory = project({ 's/README.md': '' });

    expect(() => findServiceFiles(join(directory, 's'))).toThrow(
      `services: directory: expected a directory with a file for each service, such as poll-orders.ts, got '${join(directory, 's')}', which has none`,
    );
    expect(() => findServiceFiles(join(directory, 'missing'))).toThrow(
      /^services: directory: expected a directory that can be read, got .*ENOENT/,
    );
  });

  test('are refused where one is the compiled output of another', () => {
    const directory = project({ 's/poll.ts': '', 's/poll.js': '' });

    expect(() => findServiceFiles(join(directory, 's'))).toThrow(
      'services: directory: expected one file for each service, got poll.js and poll.ts',
    );
  });
});
