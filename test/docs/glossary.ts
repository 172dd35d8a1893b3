/** The glossary's table of exported names, built from lib's index files and the meanings that the page already has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from '../support/process.ts';

/** A type, a class or a constant that a room exports. */
export interface Noun {
  readonly name: string;
  /** The file that declares it, from the project's root. */
  readonly file: string;
  /** The first sentence of its comment; empty without one. */
  readonly comment: string;
}

/** A name that a room's index file exports, and the file that declares it. */
export interface Export {
  readonly name: string;
  readonly file: string;
}

const BEGIN = '<!-- exported names -->';
const END = '<!-- /exported names -->';

/** Every export of every room, functions included. */
export function exportsOfRooms(): readonly Export[] {
  const rooms = readdirSync(join(ROOT, 'lib')).map((room) => join(ROOT, 'lib', room, 'index.ts'));
  return rooms.filter((index) => existsSync(index)).flatMap(exportsOf);
}

/** The exports that are types, classes or constants, in the order of their names. */
export function nounsOfRooms(): readonly Noun[] {
  return exportsOfRooms()
    .flatMap(nounOf)
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/**
 * The page with one row for each noun. A noun that has a row keeps its meaning; a new one gets its comment's first
 * sentence.
 */
export function pageWith(nouns: readonly Noun[], page: string): string {
  const meanings = new Map(rowsOf(page).map(({ name, meaning }) => [name, meaning]));
  const rows = nouns.map(
    ({ name, file, comment }) =>
      `| \`${name}\` | ${meanings.get(name) ?? comment.replaceAll('|', '\\|')} | \`${file}\` |`,
  );
  const table = ['| name | meaning | defined in |', '|---|---|---|', ...rows].join('\n');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}

/** The rows of the page's table of exported names. */
export function rowsOf(page: string): readonly { readonly name: string; readonly meaning: string }[] {
  const table = page.slice(page.indexOf(BEGIN), page.indexOf(END));
  return [...table.matchAll(/^\| `(\w+)` \| (.*) \| `[^`]*` \|$/gm)].map(([, name = '', meaning = '']) => ({
    name,
    meaning,
  }));
}

function exportsOf(index: string): Export[] {
  const { program } = parsed(index);
  return program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.source === null) return [];
    const file = relative(ROOT, join(dirname(index), node.source.value));
    return node.specifiers.map(({ exported }) => ({ name: 'name' in exported ? exported.name : exported.value, file }));
  });
}

/** Not the exports that are functions, whether declared or assigned to a constant. */
function nounOf({ name, file }: Export): Noun[] {
  const { program, comments, text } = parsed(join(ROOT, file));
  for (const node of program.body) {
    if (node.type !== 'ExportNamedDeclaration' || node.declaration === null) continue;
    const { declaration } = node;
    if (!isNoun(declaration, name)) continue;
    const comment = comments.findLast(({ type, end }) => type === 'Block' && end <= node.start);
    const isItsOwn = comment !== undefined && text.slice(comment.end, node.start).trim() === '';
    return [{ name, file, comment: isItsOwn ? firstSentence(comment.value) : '' }];
  }
  return [];
}

type Declaration = NonNullable<
  Extract<ReturnType<typeof parsed>['program']['body'][number], { type: 'ExportNamedDeclaration' }>['declaration']
>;

function isNoun(declaration: Declaration, name: string): boolean {
  switch (declaration.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'ClassDeclaration':
      return declaration.id?.name === name;
    case 'VariableDeclaration':
      return declaration.declarations.some(
        ({ id, init }) => id.type === 'Identifier' && id.name === name && init?.type !== 'ArrowFunctionExpression',
      );
    default:
      return false;
  }
}

function firstSentence(comment: string): string {
  const text = comment
    .replace(/^\*/, '')
    .replaceAll(/\n\s*\* ?/g, ' ')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .trim();
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}

function parsed(file: string) {
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  return { program, comments, text };
}
