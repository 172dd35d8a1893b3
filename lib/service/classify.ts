import type { ServiceKind } from '../rules/index.ts';
import { hasCode } from '../text/index.ts';
import { DAY } from '../time/index.ts';
import { evidenceIn } from './classify-evidence.ts';

/**
 * The classification of an error: `failed` if it is transient, `fatal` if not. `retryAfter` is how long a server asked
 * to wait before the next request, in milliseconds, at most 24 hours.
 */
export type Classification = { readonly kind: 'failed'; readonly retryAfter?: number } | { readonly kind: 'fatal' };

/** A function that classifies a value that a workload threw. */
export type Classify = (error: unknown) => Classification;

/** The classifier of a service whose options have no `classify`. */
export function classifierOf(kind: ServiceKind): Classify {
  return kind === 'loop' ? classifyLoop : classifyCritical;
}

/** The default classifier of a service of kind `loop`: every error except NotImplementedError is transient. */
export function classifyLoop(error: unknown): Classification {
  return { kind: hasCode(error, 'not-implemented') ? 'fatal' : 'failed' };
}

/**
 * Calls a classifier that a user wrote. The error is fatal if the classifier throws or returns no classification.
 * `retryAfter` is cut to 24 hours, and dropped if it is no positive number.
 */
export function classifySafely(classify: Classify, error: unknown): Classification {
  try {
    const { kind, retryAfter } = classify(error) as { kind?: unknown; retryAfter?: unknown };
    if (kind !== 'failed') return { kind: 'fatal' };
    const isTime = typeof retryAfter === 'number' && Number.isFinite(retryAfter) && retryAfter > 0;
    return isTime ? { kind, retryAfter: Math.min(retryAfter, LONGEST_RETRY_AFTER) } : { kind };
  } catch {
    return { kind: 'fatal' };
  }
}

/**
 * The default classifier of a service of kind `critical`. These errors are transient: network errors, HTTP status 500
 * and above, errors after which AWS's clients send a request again, and a lack of memory, disk space and the like. All
 * other errors are fatal. An error that shows nothing is judged by its causes.
 */
export function classifyCritical(error: unknown): Classification {
  return { kind: evidenceIn(error, NONE)?.transient === true ? 'failed' : 'fatal' };
}

/**
 * As {@link classifyCritical}, but HTTP 408 and 429 are transient too, and the service waits as long as the
 * `Retry-After` header asks (at most 24 hours).
 */
export function classifyTolerant(error: unknown): Classification {
  const evidence = evidenceIn(error, TOLERATED);
  if (evidence?.transient !== true) return { kind: 'fatal' };
  const retryAfter = Math.min(evidence.retryAfter ?? 0, LONGEST_RETRY_AFTER);
  return retryAfter > 0 ? { kind: 'failed', retryAfter } : { kind: 'failed' };
}

/** The longest `Retry-After` that a service obeys, so that a faulty server can't stop the service for longer. */
const LONGEST_RETRY_AFTER = DAY;
const NONE: ReadonlySet<number> = new Set();
const TOLERATED: ReadonlySet<number> = new Set([408, 429]);
