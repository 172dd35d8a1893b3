/** The names that the package exports, and their comments. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Comment, type Program, parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};

/** The source files of the package's entries. */
const ENTRIES = Object.values(exports).flatMap((target) =>
  typeof target === 'string' ? [] : [join(ROOT, target.default.replace('./dist/', '').replace(/\.js$/, '.ts'))],
);

interface Source {
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
}

const parsed = new Map<string, Source>();
function parse(file: string): Source {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const source = { text, program, comments };
  parsed.set(file, source);
  return source;
}

const nameOf = (node: { readonly name?: string; readonly value?: unknown }) => node.name ?? String(node.value);

/** The names that a file exports, each with the file that declares it and its name there. */
function exportsOf(file: string): { readonly name: string; readonly file: string; readonly local: string }[] {
  return parse(file).program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.source === null) return [];
    const from = join(dirname(file), node.source.value);
    return node.specifiers.map(({ exported, local }) => ({ name: nameOf(exported), file: from, local: nameOf(local) }));
  });
}

/** Whether the name that `file` exports has a comment directly before its declaration. */
function hasComment(file: string, name: string): boolean {
  const passedOn = exportsOf(file).find((each) => each.name === name);
  if (passedOn !== undefined) return hasComment(passedOn.file, passedOn.local);
  const { program, comments, text } = parse(file);
  const declared = program.body.find((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.declaration === null) return false;
    const { declaration } = node;
    if (declaration.type !== 'VariableDeclaration') return 'id' in declaration && idOf(declaration.id) === name;
    return declaration.declarations.some(({ id }) => idOf(id) === name);
  });
  if (declared === undefined) throw new Error(`${relative(ROOT, file)} declares no ${name}`);
  const comment = comments.findLast(({ type, end }) => type === 'Block' && end <= declared.start);
  return comment?.value.startsWith('*') === true && text.slice(comment.end, declared.start).trim() === '';
}

function idOf(id: unknown): string | undefined {
  return (id as { readonly name?: string } | null)?.name;
}

describe('Everything that the package exports', () => {
  test('comes from a source file of its own for each entry', () => {
    expect(ENTRIES.length).toBeGreaterThan(3);
    expect(ENTRIES.filter((file) => !existsSync(file))).toEqual([]);
  });

  test.each(ENTRIES.map((file) => [relative(ROOT, file), file]))('has a comment: %s', (_path, file) => {
    const names = exportsOf(file);
    const bare = names.filter((each) => !hasComment(each.file, each.local)).map(({ name }) => name);

    expect(names.length).toBeGreaterThan(0);
    expect(bare).toEqual([]);
  });
});
