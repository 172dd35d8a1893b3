/**
 * The glossary lists every type, class and constant that a room exports, and nothing that is gone.
 * `npx vitest run test/docs/glossary.test.ts -u` adds and removes the rows; the meanings of the others stay.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';
import { exportsOfRooms, nounsOfRooms, pageWith, rowsOf } from './glossary.ts';

const FILE = join(ROOT, 'docs/glossary.md');
const page = readFileSync(FILE, 'utf8');

describe('the glossary', () => {
  it('has a row for each exported noun, with the file that declares it, and no other row', async () => {
    const nouns = nounsOfRooms();

    expect(nouns.length).toBeGreaterThan(100);
    await expect(pageWith(nouns, page)).toMatchFileSnapshot(FILE);
  });

  it('gives each exported noun a meaning in one sentence', () => {
    const faulty = rowsOf(page).filter(({ meaning }) => !/^[A-Z`].*[.]$/.test(meaning) || /[.] [A-Z]/.test(meaning));

    expect(faulty).toEqual([]);
  });

  it('gives no meaning twice', () => {
    const meanings = rowsOf(page).map(({ meaning }) => meaning);

    expect(meanings.filter((meaning, index) => meanings.indexOf(meaning) !== index)).toEqual([]);
  });

  it('knows no name that two rooms export', () => {
    const names = exportsOfRooms().map(({ name }) => name);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('the table of exported names', () => {
  const table = (...rows: string[]) =>
    ['# Words', '<!-- exported names -->', '', '| name | meaning | defined in |', '|---|---|---|', ...rows].join('\n') +
    '\n\n<!-- /exported names -->\nThe end.\n';
  const noun = (name: string) => ({ name, file: 'lib/a/b.ts', comment: 'From the comment.' });

  it('keeps the meaning of a name, adds a new name with its comment, and drops a name that is gone', () => {
    const before = table('| `Kept` | By hand. | `lib/old.ts` |', '| `Gone` | Was here. | `lib/old.ts` |');

    expect(pageWith([noun('Kept'), noun('New')], before)).toBe(
      table('| `Kept` | By hand. | `lib/a/b.ts` |', '| `New` | From the comment. | `lib/a/b.ts` |'),
    );
  });
});
