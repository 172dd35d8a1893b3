/**
 * Entry files that synth writes for functions which need more than a service: they stand in the app's output directory,
 * and import the project's own files. What they hold is bundled, so it has no limit of size as variables have.
 *
 * Imports are relative, and name and contents follow from the construct's path and the given data alone: the same app
 * in another directory has the same bundle, and so the same build id. A file of other contents has another name, so
 * that two apps at work in one directory never bundle each other's.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** An entry to write. */
export interface GeneratedEntry {
  /** The names that the entry imports, by file, as a path from `lib/` or an absolute one. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** The statements that follow the imports, such as `export const handler = ...;`. */
  readonly code: string;
}

const LIB = fileURLToPath(new URL('../../lib/', import.meta.url));
/** The output directory of an app that names none, and the directory of entries in it. */
const OUTPUT = 'cdk.out';
const DIRECTORY = 'entries';

/** Writes the entry of the construct with that id in the scope, and returns the file's path. */
export function writeEntry(scope: Construct, id: string, { imports, code }: GeneratedEntry): string {
  const directory = directoryOf(Stage.of(scope)?.outdir ?? OUTPUT);
  const imported = Object.entries(imports).map(
    ([from, names]) => `import { ${names.join(', ')} } from ${JSON.stringify(specifier(directory, from))};\n`,
  );
  const text = `${imported.join('')}\n${code}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = join(directory, `${fileName([...pathOf(scope), id])}.${hash}.ts`);
  const written = `${file}.${process.pid}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(written, text);
  renameSync(written, file);
  return file;
}

/** CDK bundles only what lies in the project; so does an entry of an app whose output lies elsewhere. */
function directoryOf(output: string): string {
  const isInside = !relative(process.cwd(), resolve(output)).startsWith('..');
  return join(resolve(isInside ? output : OUTPUT), DIRECTORY);
}

/** An expression that has the value when the function starts. It is parsed once, which is faster than a literal. */
export function dataOf(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}

function specifier(directory: string, file: string): string {
  const path = relative(directory, resolve(LIB, file)).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function pathOf({ node }: Construct): string[] {
  return node.path.split('/').filter((part) => part !== '');
}

/** Constructs' ids may have characters that file names can't have. */
function fileName(path: readonly string[]): string {
  return path.map((part) => encodeURIComponent(part).replaceAll(/[%*]/g, '_')).join('.');
}
