/** The page on security names the tests that hold its claims: they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('SECURITY.md', ROOT), 'utf8');
const named = [...PAGE.matchAll(/`((?:lib|test|\.ci)\/[\w./-]+)`/g)].map(([, file = '']) => file);

describe('the page on security', () => {
  it('names files, at least one for each claim, and all of them are there', () => {
    expect(named.length).toBeGreaterThanOrEqual(15);
    expect(named.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });
});
