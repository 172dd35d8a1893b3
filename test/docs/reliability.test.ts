/** The page on reliability quotes tables that commands wrote, and names where each promise is tried. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/reliability.md', ROOT), 'utf8');
const places = [...PAGE.matchAll(/<!-- begin (.+?) -->\n(.*?)<!-- end \1 -->/gs)].map(([, name = '', text = '']) => ({
  name,
  text,
}));

describe('the page on reliability', () => {
  it('has every table that it has a place for, and a place for every part of the suite', () => {
    expect(places.map(({ name }) => name)).toEqual([
      ...['sim', 'wire', 'outages', 'workloads', 'state', 'thrown', 'absences'].map((part) => `faults: ${part}`),
      'mutations',
      'peers',
    ]);
    expect(places.filter(({ text }) => text.trim().split('\n').length < 5)).toEqual([]);
  });

  it('quotes no violation and no bug that was missed', () => {
    for (const { name, text } of places.filter((place) => place.name.startsWith('faults'))) {
      expect(text).toContain(`${name.slice('faults: '.length)}: 0 violations`);
    }
    expect(PAGE).not.toContain('not caught');
  });

  it('names folders and files that are there', () => {
    const named = [...PAGE.matchAll(/`((?:lib|test)\/[\w./-]+)`/g)].map(([, file = '']) => file);

    expect(named.length).toBeGreaterThanOrEqual(8);
    expect(named.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });
});
