/**
 * Writes entry files for functions whose code needs data of the stack, such as the watchdog's list of services. Data in
 * a bundle isn't limited in size as environment variables are.
 *
 * The name and contents of a file depend only on the path of its construct and on the data. So the same app in another
 * directory has the same build id, and two apps in one directory never overwrite each other's files.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface GeneratedEntry {
  /** The names that the entry file imports from each file. The path of a file starts at `lib/`, or is absolute. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /**
   * The statements after the imports, such as `export const handler = ...;`. If `code` is a function, it gets
   * `specifier`, which returns the module specifier of a file for `import(...)`.
   */
  readonly code: string | ((specifier: (file: string) => string) => string);
}

const LIB = fileURLToPath(new URL('../../../lib/', import.meta.url));
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
 * Returns the directory for entry files. CDK bundles only files inside the project, so an output directory outside it
 * is replaced by the project's `cdk.out`.
 */
function directoryOf(output: string): string {
  const isInside = !relative(process.cwd(), resolve(output)).startsWith('..');
  return join(resolve(isInside ? output : OUTPUT), DIRECTORY);
}

/** Returns a TypeScript expression for the value. At the start of a function, parsing JSON is faster than a literal. */
export function dataOf(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}

function specifier(directory: string, file: string): string {
  // Of this package's own files, the built package has `.js` in place of `.ts`.
  const own = isAbsolute(file) ? file : resolve(LIB, file).replace(/\.ts$/, extname(fileURLToPath(import.meta.url)));
  const path = relative(directory, own).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function pathOf({ node }: Construct): string[] {
  return node.path.split('/').filter((part) => part !== '');
}

function fileName(path: readonly string[]): string {
  return path.map((part) => encodeURIComponent(part).replaceAll(/[%*]/g, '_')).join('.');
}
