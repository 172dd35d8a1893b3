/** Comments and prose end at 120 columns, as code does: a formatter wraps that, and leaves these alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

const WIDEST = 120;
const FOLDERS = ['docs', 'examples', 'lib', 'functions', 'infra', 'test'];

const files = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`),
  ),
]
  .filter((file) => /\.(ts|md)$/.test(file) && !file.includes('node_modules/'))
  .toSorted();

/** The numbers of the lines that a comment stands on. */
function commentLines(file: string, source: string): Set<number> {
  const lineAt = (offset: number) => source.slice(0, offset).split('\n').length;
  return new Set(
    parseSync(file, source).comments.flatMap(({ start, end }) => {
      const first = lineAt(start);
      return Array.from({ length: lineAt(end) - first + 1 }, (_none, index) => first + index);
    }),
  );
}

/** The numbers of the lines of prose, without tables and blocks of code. */
function proseLines(source: string): Set<number> {
  let isCode = false;
  const numbers = new Set<number>();
  for (const [index, line] of source.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    else if (!isCode && !line.trimStart().startsWith('|')) numbers.add(index + 1);
  }
  return numbers;
}

/** The lines of comments or prose that are too wide, as `file:number`. One that is a single word can't be broken. */
function wideLines(file: string, source: string): string[] {
  const prose = file.endsWith('.md') ? proseLines(source) : commentLines(file, source);
  return source.split('\n').flatMap((line, index) => {
    const isOneWord = !/\S\s+\S/.test(line.replace(/^\s*(\/\*\*|\*|\/\/|[-*>]|\d+\.)\s+/, ''));
    return line.length > WIDEST && prose.has(index + 1) && !isOneWord ? [`${file}:${index + 1}`] : [];
  });
}

describe('Comments and prose', () => {
  it.each(['', ...FOLDERS])('have at most 120 columns: %s', (folder) => {
    const here = files.filter((file) => (folder === '' ? !file.includes('/') : file.startsWith(`${folder}/`)));

    expect(here.flatMap((file) => wideLines(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  const words = 'word '.repeat(25);
  it.each([
    ['a comment in a line', 'a.ts', `// ${words}`, ['a.ts:1']],
    ['a comment behind code', 'a.ts', `a(); // ${words}`, ['a.ts:1']],
    ['a line of a block', 'a.ts', `/**\n * short\n * ${words}\n */`, ['a.ts:3']],
    ['code, which a formatter wraps', 'a.ts', `const a = '// ${words}';`, []],
    ['a paragraph', 'a.md', `short\n${words}`, ['a.md:2']],
    ['a table', 'a.md', `| ${words} |`, []],
    ['a block of code', 'a.md', `\`\`\`sh\n${words}\n\`\`\`\n${words}`, ['a.md:4']],
    ['an address that nothing can break', 'a.md', `- https://example.org/${'a'.repeat(120)}`, []],
  ])('are checked for %s', (_name, file, source, wide) => {
    expect(wideLines(file, source)).toEqual(wide);
  });
});
