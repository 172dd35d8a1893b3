import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Metafile } from 'esbuild';

type Outputs = Metafile['outputs'];

const ENTRY_POINT = /^function:/;

/**
 * Returns a hash for each service, by name, over all source files in the bundle of its function.
 * @param outputs from the metafile of esbuild
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

function inputsOf(file: string, outputs: Outputs): Set<string> {
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

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
