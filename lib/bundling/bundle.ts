/** Bundles the code of one function. It is synchronous, since CDK's constructs are. */
import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { BundleError, messageLine } from './bundle-error.ts';
import { type BundlingChoices, bundleOptions } from './bundle-options.ts';
import { inputsOf } from './bundle-sources.ts';
import type { OptionalPart } from './optional-parts.ts';

/** The module that is bundled, and how. */
export interface Bundling {
  /** The subject of an error: `service 'poll-orders'`. */
  readonly subject: string;
  /** The text of the module that exports the handler. */
  readonly contents: string;
  /** The directory of the project: paths in the bundle's source map are relative to it. */
  readonly root: string;
  /** The parts of Tickover that the bundle must have. */
  readonly parts: readonly OptionalPart[];
  readonly choices?: BundlingChoices;
}

/** A bundled function. */
export interface BundledCode {
  readonly code: string;
  /** The source map; `undefined` if none was asked for, or if the code contains it. */
  readonly map: string | undefined;
  /** The paths of the files whose code the bundle contains, relative to the project. */
  readonly inputs: readonly string[];
  /** The size of the code. */
  readonly bytes: number;
  readonly metafile: Metafile;
  /** The warnings of the bundler, each in one line. */
  readonly warnings: readonly string[];
}

/** The name of the file with the code of a function, and the name of the module that is bundled. */
const CODE_FILE = 'index.mjs';
const ENTRY_NAME = 'tickover-handler.js';

/**
 * Bundles the module into one file.
 * @throws BundleError which names the subject and the place of each fault
 */
export function bundle({ subject, contents, root, parts, choices = {} }: Bundling): BundledCode {
  const { outputFiles, metafile, warnings } = built(subject, {
    ...bundleOptions(root, parts, choices),
    stdin: { contents, resolveDir: root, sourcefile: ENTRY_NAME, loader: 'js' },
    outfile: join(root, CODE_FILE),
  });
  const textOf = (name: string) => outputFiles.find(({ path }) => basename(path) === name);
  const code = textOf(CODE_FILE);
  return {
    code: code?.text ?? '',
    map: textOf(`${CODE_FILE}.map`)?.text,
    inputs: [...inputsOf(CODE_FILE, metafile.outputs)].filter((path) => path !== ENTRY_NAME).toSorted(),
    bytes: code?.contents.byteLength ?? 0,
    metafile,
    warnings: warnings.map(messageLine),
  };
}

type Options = ReturnType<typeof bundleOptions> & Parameters<typeof buildSync>[0];

function built<Given extends Options>(subject: string, options: Given) {
  try {
    return buildSync<Given>(options as Parameters<typeof buildSync<Given>>[0]);
  } catch (error) {
    throw new BundleError(subject, error);
  }
}

/**
 * The code by which a bundle's build is known: it is minified, so that neither formatting nor comments are part of it.
 */
export function executedCode(bundling: Bundling, made: Pick<BundledCode, 'code'>): string {
  if (bundling.choices?.minify !== false) return made.code;
  return bundle({ ...bundling, choices: { ...bundling.choices, minify: true } }).code;
}
