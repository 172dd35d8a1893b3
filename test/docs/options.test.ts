/**
 * The table of options in README.md has each option's default and range from the code.
 * `npx vitest run test/docs/options.test.ts -u` writes both columns; the meanings stay.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultWords, expectedWords, LIMITS, type LimitedOption } from '../../lib/rules/index.ts';
import { ROOT } from '../support/process.ts';

const FILE = join(ROOT, 'README.md');
const page = readFileSync(FILE, 'utf8');
const TABLE = /(<!-- options: .*? -->\n\n)([\s\S]*?)(\n<!-- \/options -->)/;

function isLimited(option: string): option is LimitedOption {
  return Object.hasOwn(LIMITS, option);
}

/** Texts of a program are code. */
function asCode(words: string): string {
  return words.replace(/(?<!`[^`]*)'[^']*'/g, '`$&`');
}

/** The table with the default and the range of every option that has limits. */
function optionsTable(table: string): string {
  return table.replace(/^\| `(\w+)` \|[^|]*\|[^|]*\|/gm, (row, option: string) =>
    isLimited(option)
      ? `| \`${option}\` | ${asCode(defaultWords(option))} | ${asCode(expectedWords(LIMITS[option]))} |`
      : row,
  );
}

describe('The table of options', () => {
  it('has the defaults and ranges of the code', async () => {
    const written = page.replace(TABLE, (_, begin, table, end) => `${begin}${optionsTable(table)}${end}`);

    expect(written).toMatch(TABLE);
    await expect(written).toMatchFileSnapshot(FILE);
  });

  it('has a row for each option of a service that has limits', () => {
    const [, , table = ''] = TABLE.exec(page) ?? [];
    const missing = Object.keys(LIMITS).filter((option) => !table.includes(`| \`${option}\` |`));

    // An option of the stack, see docs/deploy.md.
    expect(missing).toEqual(['memorySize']);
  });
});
