/** Finds the source files of each function, if several functions were bundled together by esbuild. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Metafile } from 'esbuild';

type Outputs = Metafile['outputs'];

/** Matches the path of an entry point of the build. Such a path consists of `function:` and the name of a service. */
const ENTRY_POINT = /^function:/;

/**
 * Returns one hash for each service, by the name of the service. It is the hash of all source files whose code the
 * bundle of its function contains.
 * @param outputs the outputs of the build, as the metafile of esbuild lists them
 * @param root the directory to which the paths in `outputs` are relative
 */
export async function sourcesOf(outputs: Outputs, root: string): Promise<Map<string, string>> {
  const hashes = new Map<string, Promise<string>>();
  const hashOfFile = (path: string): Promise<string> => {
    const hash = hashes.get(path) ?? readFile(resolve(root, path)).then(hashOf);
    hashes.set(path, hash);
    return hash;
  };
  const found = new Map<string, string>();
  for (const [file, { entryPoint = '' }] of Object.entries(outputs)) {
    if (!ENTRY_POINT.test(entryPoint)) continue;
    const paths = [...inputsOf(file, outputs)].toSorted();
    const lines = await Promise.all(paths.map(async (path) => `${path} ${await hashOfFile(path)}`));
    found.set(entryPoint.replace(ENTRY_POINT, ''), hashOf(lines.join('\n')));
  }
  return found;
}

/**
 * The source files whose code is in an output file of esbuild, or in another output file that it imports directly or
 * indirectly.
 */
function inputsOf(file: string, outputs: Outputs): Set<string> {
  const seen = new Set<string>([file]);
  const inputs = new Set<string>();
  for (const path of seen) {
    const output = outputs[path];
    for (const { path: imported, external } of output?.imports ?? []) if (external !== true) seen.add(imported);
    for (const [input, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
      // The path of an input that is not a file begins with a namespace. Such an input is left out.
      if (bytesInOutput > 0 && !/^[(\w]+\)?:/.test(input)) inputs.add(input);
    }
  }
  return inputs;
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
