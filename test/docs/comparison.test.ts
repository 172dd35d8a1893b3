/** The page that compares Tickover with others makes no statement without a source. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

const PAGE = readFileSync(join(ROOT, 'docs/comparison.md'), 'utf8');

/** The statements about one tool: the list items below its heading. */
function statements(section: string): string[] {
  return section
    .split(/\n(?=- |\n)/)
    .map((part) => part.trim())
    .filter((part) => part.startsWith('- '));
}

/** Whether the item names the address of a page, or the command that showed it. */
function hasSource(statement: string): boolean {
  const named = [...statement.matchAll(/\]\[(\w+)\]/g)].map(([, name = '']) => name);
  if (named.length === 0) return statement.includes('](reliability.md#how-others-behave)');
  return named.every((name) => PAGE.includes(`\n[${name}]: https://`));
}

describe('the comparison with others', () => {
  const [, ...sections] = PAGE.split(/^## /m);

  it.each(sections.map((section) => [section.split('\n')[0] ?? '', section]))(
    'gives a source for each statement, and says where the other is better: %s',
    (_name, section) => {
      const listed = statements(section);

      expect(listed.length).toBeGreaterThanOrEqual(3);
      expect(listed.filter((statement) => !hasSource(statement))).toEqual([]);
      expect(section).toContain('**Better than Tickover** if');
    },
  );
});
