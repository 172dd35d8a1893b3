/** Words that went stay gone from the names of identifiers, files and folders. Comments and texts are not looked at. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../support/process.ts';
import { EXCEPTIONS, type Exception, GONE_WORDS, TIME_BUDGET } from './gone-words.ts';

const FOLDERS = ['lib', 'infra', 'functions', 'test'];
const CODE = /\.ts$/;

/** A name, and the file that has it. The name of a file or folder is its path. */
interface Name {
  readonly name: string;
  readonly file: string;
}

interface Offence extends Name {
  readonly word: string;
  readonly instead: string;
}

/** `XMLHttpRequest_of` is xml, http, request, of. Words of two parts of a path don't stand side by side. */
function wordsOf(name: string): string {
  return name
    .replaceAll('/', ' / ')
    .split(/[^A-Za-z0-9/]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== '')
    .join(' ')
    .toLowerCase();
}

/** The gone word in a name, if there is one that no exception allows. */
function goneWordIn({ name, file }: Name, exceptions: readonly Exception[] = EXCEPTIONS): Offence | undefined {
  if (exceptions.some(({ names = [] }) => names.includes(name) || names.includes(`${file}: ${name}`))) return undefined;
  const folder = exceptions
    .flatMap(({ names = [] }) => names)
    .find((path) => path.endsWith('/') && name.startsWith(path));
  let words = ` ${wordsOf(folder === undefined ? name : name.slice(folder.length))} `;
  for (const { term } of exceptions) if (term !== undefined) words = words.replaceAll(` ${term} `, ' · ');
  for (const { forms, instead } of GONE_WORDS) {
    const word = forms.find((form) => words.includes(` ${form} `));
    if (word !== undefined) return { name, file, word, instead };
  }
  return undefined;
}

/** Every identifier of the source, once. */
function identifiersIn(file: string, source: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, name } = node as { type?: unknown; name?: unknown };
    if ((type === 'Identifier' || type === 'PrivateIdentifier') && typeof name === 'string') found.add(name);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(file, source).program);
  return found;
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length)),
).filter((file) => !file.includes('node_modules/'));

const identifiers: readonly Name[] = files
  .filter((file) => CODE.test(file))
  .flatMap((file) => [...identifiersIn(file, readFileSync(join(ROOT, file), 'utf8'))].map((name) => ({ name, file })));

const names: readonly Name[] = [...files.map((file) => ({ name: file, file })), ...identifiers];

/** The names that have a gone word, allowed or not. */
const suspects = names.filter((name) => goneWordIn(name, []) !== undefined);

function shown({ name, file, word, instead }: Offence): string {
  return name === file ? `${file}: '${word}'; ${instead}` : `${file}: ${name} has '${word}'; ${instead}`;
}

const isOffence = (found: Offence | undefined): found is Offence => found !== undefined;

describe('names', () => {
  it('are found', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(identifiers.length).toBeGreaterThan(5_000);
  });

  it.each(FOLDERS)('have no gone word: %s', (folder) => {
    const here = suspects.filter(({ file }) => file.startsWith(`${folder}/`));

    expect(
      here
        .map((name) => goneWordIn(name))
        .filter(isOffence)
        .map(shown),
    ).toEqual([]);
  });

  it(`have the words of a run's time in ${TIME_BUDGET.file} alone`, () => {
    const constants = files
      .filter((file) => CODE.test(file) && file !== TIME_BUDGET.file)
      .filter((file) => ![...TIME_BUDGET.otherWaits, 'test/'].some((folder) => file.startsWith(folder)))
      .flatMap((file) => constantsIn(file).map((name) => ({ name, file })));
    const strays = constants.filter(({ name }) =>
      TIME_BUDGET.words.some((word) => ` ${wordsOf(name)} `.includes(` ${word} `)),
    );

    expect(strays.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });

  /** A name that an exception allows is a gone word without it. */
  it.each(EXCEPTIONS)('need each exception: $reason', (exception) => {
    const others = EXCEPTIONS.filter((other) => other !== exception);
    const needing = suspects.filter((name) => goneWordIn(name) === undefined && goneWordIn(name, others) !== undefined);

    expect(needing).not.toEqual([]);
  });
});

/** Names in capitals that the file declares at its top. */
function constantsIn(file: string): string[] {
  const { program } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'));
  return program.body.flatMap((node) => {
    const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
    if (declaration?.type !== 'VariableDeclaration') return [];
    return declaration.declarations.flatMap(({ id }) =>
      id.type === 'Identifier' && /^[A-Z][A-Z0-9_]*$/.test(id.name) ? [id.name] : [],
    );
  });
}

describe('the check of names itself', () => {
  test.each([
    ['tellOwner', 'tell'],
    ['TOLD_BYTES', 'told'],
    ['wasGivenBack', 'given back'],
    ['XMLWatcher', 'watcher'],
    ['lib/tick/ledger.ts', 'ledger'],
    ['lib/watch/judge.ts', 'watch'],
    ['cloudWatchWatcher', 'watcher'],
    ['test/faults/thrown/plain-things.ts', 'plain'],
  ])('finds the gone word in %s: %s', (name, word) => {
    expect(goneWordIn({ name, file: 'lib/a.ts' })?.word).toBe(word);
  });

  test.each([
    'memory',
    'deadline',
    'notebook',
    'watchdog',
    'watchedService',
    'operator',
    'CloudWatchLogs',
    'DeadLetterQueue',
    'crashesBooked',
    'allSettled',
    'timeZone',
  ])('allows %s', (name) => {
    expect(goneWordIn({ name, file: 'lib/a.ts' })).toBeUndefined();
  });

  it('allows the name of one file there alone', () => {
    expect(goneWordIn({ name: 'thrown', file: 'test/faults/command.ts' })).toBeUndefined();
    expect(goneWordIn({ name: 'thrown', file: 'lib/a.ts' })?.word).toBe('thrown');
  });

  it('reads identifiers, and neither comments nor texts', () => {
    const source = "/** tells */ const a = { 'told': 1, b: `printed` }; // heard\nclass C { #d = a?.e; }";

    expect([...identifiersIn('a.ts', source)].toSorted()).toEqual(['C', 'a', 'b', 'd', 'e']);
  });
});
