/** The build id: what tells a service whose code or policy changed from the same one deployed again. */
import { createHash } from 'node:crypto';
import type { Service } from '../lib/service/index.ts';

/** As many characters as the state has room for. */
const LENGTH = 16;

/**
 * A hash of a function's bundled code and its service's policy and schedule. A source map is no part of what runs: its paths are
 * those of the machine that bundled.
 */
export function buildId(code: string, { policy, schedule }: Pick<Service, 'policy' | 'schedule'>): string {
  const runs = code.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd();
  return createHash('sha256')
    .update(runs)
    .update(JSON.stringify([policy, schedule]))
    .digest('hex')
    .slice(0, LENGTH);
}
