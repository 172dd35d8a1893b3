import { createHash } from 'node:crypto';
import type { Service } from './service.ts';

/**
 * The esbuild settings for the code of a Lambda function. A bundle is an ES module, which has no `require`,
 * `__filename` or `__dirname`. With these settings CommonJS packages in the bundle can use all three.
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

/** The length of a build id, in characters. The stored state has room for no more. */
const LENGTH = 16;

/**
 * The build id: a hash of a function's bundled code and of its service's policy and schedule. The source map comment is
 * left out, since it contains paths of the machine that made the bundle.
 */
export function buildId(code: string, { policy, schedule }: Pick<Service, 'policy' | 'schedule'>): string {
  const executed = code.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd();
  return createHash('sha256')
    .update(executed)
    .update(JSON.stringify([policy, schedule]))
    .digest('hex')
    .slice(0, LENGTH);
}
