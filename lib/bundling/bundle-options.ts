/** The options of esbuild with which every function is bundled: for a deploy, for one machine and for tests. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { BuildOptions, Loader } from 'esbuild';
import { COMMONJS } from '../service/index.ts';
import { definesOf, type OptionalPart } from './optional-parts.ts';

/** The options of a bundle that its user may choose. */
export interface BundlingChoices {
  /** @default true */
  readonly minify?: boolean;
  /** Whether a source map is made, and where it stands. @default 'linked': in a file beside the code */
  readonly sourceMap?: boolean | 'linked' | 'inline' | 'external' | 'both';
  /** Whether the source map contains the sources. @default false */
  readonly sourcesContent?: boolean;
  /** The version of JavaScript that the code may use, such as `node24`. @default 'node20' */
  readonly target?: string;
  /** Texts that replace names in the code. @default none */
  readonly define?: Readonly<Record<string, string>>;
  /** Packages that stay outside of the bundle. @default none */
  readonly external?: readonly string[];
  readonly loader?: Readonly<Record<string, Loader>>;
  /** Files that are part of every module. @default none */
  readonly inject?: readonly string[];
  /** Text before the code. It must contain that of COMMONJS. @default that of COMMONJS */
  readonly banner?: string;
  /** Text after the code. @default none */
  readonly footer?: string;
  /** @default ['module', 'main'] */
  readonly mainFields?: readonly string[];
  readonly charset?: 'ascii' | 'utf8';
  /** The tsconfig.json that holds for every file. @default the nearest one of each file */
  readonly tsconfig?: string;
}

/**
 * Returns the options of esbuild for a bundle that has these optional parts. Paths in its results are relative to
 * `root`.
 */
export function bundleOptions(root: string, parts: readonly OptionalPart[], choices: BundlingChoices = {}) {
  const { minify = true, sourceMap = true, sourcesContent = false, target = 'node20' } = choices;
  const { banner = COMMONJS.banner, footer, mainFields = ['module', 'main'], charset, tsconfig } = choices;
  return {
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target,
    mainFields: [...mainFields],
    minify,
    keepNames: true,
    sourcemap: sourceMap,
    sourcesContent,
    define: { ...choices.define, ...definesOf(parts), ...COMMONJS.define },
    external: [...(choices.external ?? [])],
    loader: { ...choices.loader },
    inject: (choices.inject ?? []).map((file) => resolve(root, file)),
    banner: { js: banner },
    ...(footer === undefined ? {} : { footer: { js: footer } }),
    ...(charset === undefined ? {} : { charset }),
    ...(tsconfig === undefined ? {} : { tsconfig: resolve(tsconfig) }),
    logLevel: 'silent',
  } as const satisfies BuildOptions;
}

/** The nearest directory above a file that has a package.json; the file's own directory if there is none. */
export function projectOf(file: string): string {
  const own = dirname(resolve(file));
  for (let directory = own; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) return own;
  }
}
