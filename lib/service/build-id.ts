/** The bundle of a function: what every bundle begins with, and its build id. */
import { createHash } from 'node:crypto';
import type { Service } from './service.ts';

/** The first line of a bundle: ES modules have no `require`, which some bundled packages call. */
export const REQUIRE_BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** The state has room for no more characters. */
const LENGTH = 16;

/**
 * The build id distinguishes changed code or a changed policy from the same function deployed again: a hash of a
 * function's bundled code and its service's policy and schedule. The comment that refers to a source map doesn't count:
 * it never runs, and it holds paths of the machine that made the bundle.
 */
export function buildId(code: string, { policy, schedule }: Pick<Service, 'policy' | 'schedule'>): string {
  const executed = code.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd();
  return createHash('sha256')
    .update(executed)
    .update(JSON.stringify([policy, schedule]))
    .digest('hex')
    .slice(0, LENGTH);
}
