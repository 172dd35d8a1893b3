/** The package.json of each example names the versions that this project is developed with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

const EXAMPLES = join(ROOT, 'examples');
const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const KNOWN = { ...own.devDependencies, ...own.peerDependencies, tickover: `^${own.version}` };
const LONGEST_SERVICE = 40;

describe.each(readdirSync(EXAMPLES))('The example %s', (name) => {
  const directory = join(EXAMPLES, name);

  test('needs the versions of packages that this project needs', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const packages = { ...dependencies, ...devDependencies };

    expect(packages).toEqual(Object.fromEntries(Object.keys(packages).map((each) => [each, KNOWN[each]])));
  });

  test(`has services of at most ${LONGEST_SERVICE} lines, and a README of 5 to 20`, () => {
    const lines = (file: string) => readFileSync(join(directory, file), 'utf8').split('\n').length - 1;
    const services = readdirSync(join(directory, 'services')).filter((file) => /^(?!.*\.test\.).*\.[jt]s$/.test(file));

    expect(services.length).toBeGreaterThan(0);
    expect(services.filter((file) => lines(`services/${file}`) > LONGEST_SERVICE)).toEqual([]);
    expect(lines('README.md')).toBeGreaterThanOrEqual(5);
    expect(lines('README.md')).toBeLessThanOrEqual(20);
  });
});
