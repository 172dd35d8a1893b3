import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/upstream.md', ROOT), 'utf8');

/** A file in backticks, and behind a colon the names cited with it. */
const CITATION = /`((?:lib|functions|test)\/[\w./-]+\.ts)`(?::\s((?:`[\w.]+`(?:,\s)?)+))?/g;

interface Citation {
  readonly file: string;
  readonly names: readonly string[];
}

const citations: readonly Citation[] = [...PAGE.matchAll(CITATION)].map(([, file = '', names = '']) => ({
  file,
  names: [...names.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name),
}));

const files = [...new Set(citations.map(({ file }) => file))];
const cited = [...new Set(citations.flatMap(({ file, names }) => names.map((name) => `${name} of ${file}`)))];

const source = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');

/** Whether the source exports the name under its own declaration. */
function exportsName(text: string, name: string): boolean {
  return new RegExp(`^export (?:async )?(?:function|const|class|interface|type) ${name}\\b`, 'm').test(text);
}

/** Whether the source declares the field in the body of the exported interface. */
function declaresField(text: string, [type = '', field = '']: readonly string[]): boolean {
  const body = new RegExp(`^export interface ${type}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms').exec(text)?.[1] ?? '';
  return new RegExp(`^ {2}(?:readonly )?${field}\\??[:(<]`, 'm').test(body);
}

describe('the page on upstream', () => {
  it('cites as much as it did when it was written', () => {
    expect(files.length).toBeGreaterThanOrEqual(30);
    expect(cited.length).toBeGreaterThanOrEqual(80);
  });

  it('cites files in the form that this test reads, wherever it names one', () => {
    const named = [...PAGE.matchAll(/`(?:lib|functions|test|infra)\/[^`]*`/g)];
    expect(named.length).toBe(citations.length);
  });

  it.each(files)('cites a file that exists: %s', (file) => {
    expect(existsSync(new URL(file, ROOT))).toBe(true);
  });

  it.each(cited)('cites what is exported: %s', (citation) => {
    const [name = '', file = ''] = citation.split(' of ');
    const text = source(file);
    const found = name.includes('.') ? declaresField(text, name.split('.')) : exportsName(text, name);
    expect(found).toBe(true);
  });

  it('names every one of the five parts as a section', () => {
    const sections = [...PAGE.matchAll(/^## \d\. (.*)$/gm)].map(([, title]) => title);
    expect(sections).toEqual([
      '`critical_service_loop`',
      '`LoopService`',
      '`run_multiple_services`',
      '`MarkLateRuns`',
      'The client metrics server',
    ]);
  });
});

describe('the check of citations itself', () => {
  const text = [
    'export interface Shown<Value = unknown> extends Base {',
    '  readonly first?: Value;',
    '  start(loops?: number): void;',
    '}',
    'export async function run() {}',
    'const hidden = 1;',
  ].join('\n');

  it.each([
    ['run', true],
    ['Shown', true],
    ['hidden', false],
    ['ru', false],
  ])('knows that %s is exported: %s', (name, expected) => {
    expect(exportsName(text, name)).toBe(expected);
  });

  it.each([
    ['Shown.first', true],
    ['Shown.start', true],
    ['Shown.loops', false],
    ['Other.first', false],
  ])('knows that %s is a field: %s', (name, expected) => {
    expect(declaresField(text, name.split('.'))).toBe(expected);
  });
});
