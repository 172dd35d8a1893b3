/** The pages wrap their prose, and their links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

/** A command writes the rehearsal's transcript, so its lines are as long as they come. */
const WRITTEN_BY_A_COMMAND = ['docs/rehearsal.md'];

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name)),
];

/** The lines outside code blocks, tables, and places that a command fills; each with its number. */
function prose(text: string): { readonly line: string; readonly number: number }[] {
  let inCode = false;
  let isWritten = false;
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) inCode = !inCode;
    if (/^<!-- (begin|end) /.test(line)) isWritten = line.startsWith('<!-- begin');
    return inCode || isWritten || line.startsWith('|') ? [] : [{ line, number: index + 1 }];
  });
}

/** GitHub's anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Whether a link of the page leads to a file, and to a heading of it. */
function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
  return existsSync(target) && (anchor === undefined || anchorsIn(readFileSync(target, 'utf8')).includes(anchor));
}

describe('the pages', () => {
  it('are found', () => {
    expect(pages.length).toBeGreaterThanOrEqual(10);
  });

  it.each(pages.filter((page) => !WRITTEN_BY_A_COMMAND.includes(page)))('wrap at 120 columns: %s', (page) => {
    const long = prose(readFileSync(join(ROOT, page), 'utf8')).filter(({ line }) => line.length > 120);

    expect(long.filter(({ line }) => !/^\S*\]\(\S+\)\S*$/.test(line))).toEqual([]);
  });

  it.each(pages)('link to files and headings that exist: %s', (page) => {
    const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

    expect(links.filter((link) => !link.startsWith('http') && !leadsSomewhere(page, link))).toEqual([]);
  });
});
