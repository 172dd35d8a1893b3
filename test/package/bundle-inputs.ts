/** The inputs of a function's bundle: which may be there, and how many bytes they give. */
import type { Metafile } from 'esbuild';

/** Packages and rooms of one machine, of deploys and of tests. A generated handler needs one file of `bundling`. */
export const NOT_IN_LAMBDA =
  /node_modules\/(dynalite|commander|esbuild|prom-client|aws-cdk-lib|constructs)\/|tickover\/dist\/(infra\/|functions\/|lib\/(local|cli|testing|client|prometheus)\/|lib\/bundling\/(?!exported-service\.))/;

/** The bytes of the bundle, and of the packages and rooms that give it most. */
export function sizesOf({ outputs }: Pick<Metafile, 'outputs'>): string[] {
  const sizes = new Map<string, number>();
  const output = Object.entries(outputs).find(([file]) => !file.endsWith('.map'))?.[1];
  for (const [file, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const [, part = file] =
      /node_modules\/((?:tickover\/dist\/lib\/|@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(file) ?? [];
    sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
  }
  const largest = [...sizes].toSorted(([, one], [, other]) => other - one).slice(0, 12);
  return [`${output?.bytes} bytes in all`, ...largest.map(([part, bytes]) => `${bytes} bytes of ${part}`)];
}
