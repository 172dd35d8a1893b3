/** Classification, rules R3 and R4: which errors are transient and which are fatal. */

import type { Kind } from '../rules/index.ts';
import { isError } from '../text/index.ts';
import { DAY } from '../time/index.ts';
import { evidenceIn } from './classify-evidence.ts';
import { NotImplementedError } from './errors.ts';

/**
 * What an error means for the service. `retryAfter`: how long the other side asked to be left alone, in milliseconds,
 * at most 24 hours.
 */
export type Classification = { readonly kind: 'failed'; readonly retryAfter?: number } | { readonly kind: 'fatal' };

/** Judges what a workload threw. */
export type Classify = (error: unknown) => Classification;

/** The classifier of a kind of service. */
export function classifierOf(kind: Kind): Classify {
  return kind === 'loop' ? classifyLoop : classifyCritical;
}

/** Rule S2: everything is tolerated but NotImplementedError. */
export function classifyLoop(error: unknown): Classification {
  return { kind: isError(error) && error instanceof NotImplementedError ? 'fatal' : 'failed' };
}

/**
 * What the classifier says of an error, held to its type: one that throws, or answers with anything else than a
 * classification, can't vouch for the error, which is fatal then; a `retryAfter` that is no time is dropped.
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
 * Rules R3 and R4, for a critical service: transport errors, HTTP status 500 and above, and what AWS says may be tried
 * again are transient; everything else is fatal: 4xx (429 included), programming errors, anything thrown that is no
 * error. The first error in the chain of causes that tells anything decides. An abort is judged by its reason; where
 * that is lost on the way, as in the AWS SDK, it is fatal (give its client a `requestTimeout` instead).
 */
export function classifyCritical(error: unknown): Classification {
  return { kind: evidenceIn(error, NONE)?.transient === true ? 'failed' : 'fatal' };
}

/**
 * Like {@link classifyCritical}, but 408 and 429 are transient too, and an answer's `Retry-After` is honoured, on these
 * as on 500 and above: the service is not run again before it has passed. At most 24 hours.
 */
export function classifyTolerant(error: unknown): Classification {
  const evidence = evidenceIn(error, TOLERATED);
  if (evidence?.transient !== true) return { kind: 'fatal' };
  const retryAfter = Math.min(evidence.retryAfter ?? 0, LONGEST_RETRY_AFTER);
  return retryAfter > 0 ? { kind: 'failed', retryAfter } : { kind: 'failed' };
}

/** 24 hours: a server that asks for more, by mistake or malice, doesn't silence a service for longer. */
const LONGEST_RETRY_AFTER = DAY;
const NONE: ReadonlySet<number> = new Set();
/** Request Timeout and Too Many Requests. */
const TOLERATED: ReadonlySet<number> = new Set([408, 429]);
