/** The bundle of a function: the line of code that every bundle begins with, and the build id. */
import { createHash } from 'node:crypto';
import type { Service } from './service.ts';

/**
 * The settings of esbuild that give the CommonJS modules in a bundle their `require`, `__filename` and `__dirname`, in
 * Lambda and on one machine alike. A bundle is an ES module, which has none of these. `__filename` is the bundle's own
 * file and `__dirname` its folder, since the files of the bundled packages are deployed nowhere. esbuild's `define`
 * doesn't replace a name that a module declares itself, and esbuild renames a `require` that a module declares. So the
 * names in the banner clash with no other name.
 */
export const COMMONJS = {
  banner: [
    "import * as __tickover_module from 'node:module';",
    'const require = __tickover_module.createRequire(import.meta.url);',
    "const __tickover_filename = require('node:url').fileURLToPath(import.meta.url);",
    "const __tickover_dirname = require('node:path').dirname(__tickover_filename);",
  ].join(' '),
  define: { __filename: '__tickover_filename', __dirname: '__tickover_dirname' },
} as const;

/** The length of a build id in characters: the state item has no room for more. */
const LENGTH = 16;

/**
 * The build id: a hash of a function's bundled code and of its service's policy and schedule. It changes if code or
 * policy change, and is the same if the same function is deployed again. The comment that refers to a source map is
 * left out: it never runs, and it contains paths of the machine that made the bundle.
 */
export function buildId(code: string, { policy, schedule }: Pick<Service, 'policy' | 'schedule'>): string {
  const executed = code.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd();
  return createHash('sha256')
    .update(executed)
    .update(JSON.stringify([policy, schedule]))
    .digest('hex')
    .slice(0, LENGTH);
}
