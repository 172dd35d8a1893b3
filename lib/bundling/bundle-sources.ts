import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Loader, type Metafile, transform } from 'esbuild';

type Outputs = Metafile['outputs'];

const ENTRY_POINT = /^function:/;

/**
 * Returns one hash for each service, by the name of the service. It is the hash of all source files that its function
 * imports, directly or through other files. Each is minified before, so that neither formatting nor comments change the
 * hash. The code of the bundle can't be used instead: it depends on what else is bundled in the same build.
 * @param inputs the inputs of the build, as the metafile of esbuild lists them
 * @param root the directory to which the paths in `inputs` are relative
 * @param read the files that were read for the build. A file of the project may have changed since
 */
export async function sourcesOf(
  inputs: Metafile['inputs'],
  root: string,
  read: ReadFiles,
): Promise<Map<string, string>> {
  const hashes = new Map<string, Promise<string>>();
  const hashOfFile = (path: string): Promise<string> => {
    const hash = hashes.get(path) ?? executedText(resolve(root, path), read).then(hashOf);
    hashes.set(path, hash);
    return hash;
  };
  const found = new Map<string, string>();
  for (const entry of Object.keys(inputs)) {
    if (!ENTRY_POINT.test(entry)) continue;
    const paths = reachedFrom(entry, inputs);
    const lines = await Promise.all(paths.map(async (path) => `${path} ${await hashOfFile(path)}`));
    found.set(entry.replace(ENTRY_POINT, ''), hashOf(lines.join('\n')));
  }
  return found;
}

export function inputsOf(file: string, outputs: Outputs): Set<string> {
  const seen = new Set<string>([file]);
  const inputs = new Set<string>();
  for (const path of seen) {
    const output = outputs[path];
    for (const { path: imported, external } of output?.imports ?? []) if (external !== true) seen.add(imported);
    for (const [input, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
      // Skips inputs that are not files. Their paths begin with a namespace, such as `function:`.
      if (bytesInOutput > 0 && !/^[(\w]+\)?:/.test(input)) inputs.add(input);
    }
  }
  return inputs;
}

/**
 * Returns the paths of all files that are reached from the file `entry`, without those of installed packages. A change
 * of any of them may change what is bundled.
 * @param inputs the inputs of the build, as the metafile of esbuild lists them
 */
export function projectFiles(entry: string, inputs: Metafile['inputs']): string[] {
  return reachedFrom(entry, inputs).filter((path) => !isInPackage(path));
}

/** Returns the paths of all files that `entry` imports, directly or through other files, in alphabetical order. */
function reachedFrom(entry: string, inputs: Metafile['inputs']): string[] {
  const seen = new Set<string>([entry]);
  for (const path of seen) {
    for (const { path: imported, external } of inputs[path]?.imports ?? []) if (external !== true) seen.add(imported);
  }
  return [...seen].filter((path) => path !== entry && inputs[path] !== undefined).toSorted();
}

/** Whether the path is that of a file of an installed package. */
export function isInPackage(path: string): boolean {
  return /(^|[\\/])node_modules[\\/]/.test(path);
}

/** The contents of files as a build has read them, by their absolute paths. */
export type ReadFiles = Map<string, Buffer>;

/** The files of code and JSON, whose names end as those in {@link LOADERS}. */
export const PROJECT_CODE = /\.(?:[cm]?[jt]s|[jt]sx|json)$/;

/** The loaders of the files that are minified; a file of another kind is taken as it is. */
const LOADERS: Readonly<Record<string, Loader>> = {
  ...{ '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.json': 'json' },
  ...{ '.js': 'js', '.mjs': 'js', '.cjs': 'js', '.jsx': 'jsx' },
};

/** Reads a source file, minified if it is code of the project. Nobody formats the files of packages. */
async function executedText(path: string, read: ReadFiles): Promise<string | Buffer> {
  const content = read.get(path) ?? (await readFile(path));
  const loader = LOADERS[extname(path)];
  if (loader === undefined || isInPackage(path)) return content;
  const options = { loader, minify: true, legalComments: 'none', logLevel: 'silent' } as const;
  return transform(content, options).then(
    ({ code }) => code,
    () => content,
  );
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
