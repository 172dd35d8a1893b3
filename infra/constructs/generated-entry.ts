/**
 * Entry files that synth writes for a function that needs more than a service, such as the watchdog's list of services.
 * An entry file stands in the app's output directory and imports files of the project. Its data is bundled, and so has
 * no limit of size as environment variables have.
 *
 * Imports are relative, and the name and contents of the file follow from the path of the construct and the given data
 * alone. So the same app in another directory has the same bundle, and the same build id. A file with other contents
 * has another name, so that two apps that run in one directory never bundle each other's files.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The contents of an entry file. */
export interface GeneratedEntry {
  /**
   * The names that the entry imports, by the file that exports them. A file is a path from `lib/`, or an absolute path.
   */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /**
   * The statements that follow the imports, such as `export const handler = ...;`.
   * @param specifier returns how a file is imported in these: `() => import(${specifier(file)})`
   */
  readonly code: string | ((specifier: (file: string) => string) => string);
}

const LIB = fileURLToPath(new URL('../../lib/', import.meta.url));
/** The output directory of a CDK app that names none, and the directory inside it for entry files. */
const OUTPUT = 'cdk.out';
const DIRECTORY = 'entries';

/** Writes the entry file for the construct `id` in `scope`, and returns the path of the file. */
export function writeEntry(scope: Construct, id: string, { imports, code }: GeneratedEntry): string {
  const directory = directoryOf(Stage.of(scope)?.outdir ?? OUTPUT);
  const imported = Object.entries(imports).map(
    ([from, names]) => `import { ${names.join(', ')} } from ${JSON.stringify(specifier(directory, from))};\n`,
  );
  const statements = typeof code === 'string' ? code : code((from) => JSON.stringify(specifier(directory, from)));
  const text = `${imported.join('')}\n${statements}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = join(directory, `${fileName([...pathOf(scope), id])}.${hash}.ts`);
  const written = `${file}.${process.pid}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(written, text);
  renameSync(written, file);
  return file;
}

/**
 * Returns the directory for entry files. CDK bundles only files inside the project. If the output directory of the app
 * lies elsewhere, entry files are written to `cdk.out` of the project.
 */
function directoryOf(output: string): string {
  const isInside = !relative(process.cwd(), resolve(output)).startsWith('..');
  return join(resolve(isInside ? output : OUTPUT), DIRECTORY);
}

/**
 * Returns a TypeScript expression for the value. The function parses it as JSON once, at its start, which is faster
 * than a literal.
 */
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

/** Returns a file name for the path of a construct. Characters that file names can't have are escaped. */
function fileName(path: readonly string[]): string {
  return path.map((part) => encodeURIComponent(part).replaceAll(/[%*]/g, '_')).join('.');
}
