/** Classification: which errors are transient and which are fatal (rules R3 and R4 of docs/design.md, section 4). */

import type { ServiceKind } from '../rules/index.ts';
import { isError } from '../text/index.ts';
import { DAY } from '../time/index.ts';
import { evidenceIn } from './classify-evidence.ts';
import { NotImplementedError } from './errors.ts';

/**
 * The classification of an error: `failed` for a transient one, `fatal` for a fatal one. `retryAfter`: how long a
 * server asked its clients to wait, in milliseconds, at most 24 hours.
 */
export type Classification = { readonly kind: 'failed'; readonly retryAfter?: number } | { readonly kind: 'fatal' };

/** A function that classifies a value that a workload threw. */
export type Classify = (error: unknown) => Classification;

/** The default classifier for a kind of service, used if the options have no `classify`. */
export function classifierOf(kind: ServiceKind): Classify {
  return kind === 'loop' ? classifyLoop : classifyCritical;
}

/**
 * The default classifier of a `loop` service (rule S2 of docs/design.md, section 4): every error except
 * NotImplementedError is transient.
 */
export function classifyLoop(error: unknown): Classification {
  return { kind: isError(error) && error instanceof NotImplementedError ? 'fatal' : 'failed' };
}

/**
 * Classifies an error with any classifier, even a faulty one. If the classifier throws or returns no classification,
 * the error is fatal. A `retryAfter` that is no positive number of milliseconds is dropped, and one above 24 hours is
 * cut.
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
 * The default classifier of a `critical` service (rules R3 and R4 of docs/design.md, section 4). These errors are
 * transient: network errors, HTTP status 500 and above, errors that AWS's own clients try again, and exhaustion of this
 * process or its disk. Everything else is fatal: 4xx (429 included), programming errors, values that are no error. The
 * error itself is examined first, then its causes; the first of them with a status, code or name that can be judged
 * decides. The error of an abort is judged by the reason of the abort. If it doesn't contain the reason, as in the AWS
 * SDK, it is fatal (give the SDK's client a `requestTimeout` instead of a signal).
 */
export function classifyCritical(error: unknown): Classification {
  return { kind: evidenceIn(error, NONE)?.transient === true ? 'failed' : 'fatal' };
}

/**
 * Like {@link classifyCritical}, but 408 and 429 are transient too. For these, and for 500 and above, `Retry-After` is
 * honoured: the service doesn't run again before that time has passed, at most 24 hours.
 */
export function classifyTolerant(error: unknown): Classification {
  const evidence = evidenceIn(error, TOLERATED);
  if (evidence?.transient !== true) return { kind: 'fatal' };
  const retryAfter = Math.min(evidence.retryAfter ?? 0, LONGEST_RETRY_AFTER);
  return retryAfter > 0 ? { kind: 'failed', retryAfter } : { kind: 'failed' };
}

/**
 * The longest `Retry-After` that is honoured: 24 hours, in milliseconds. A server that asks for more, by mistake or
 * malice, can't silence a service for longer.
 */
const LONGEST_RETRY_AFTER = DAY;
const NONE: ReadonlySet<number> = new Set();
/** The HTTP statuses below 500 that {@link classifyTolerant} tolerates: Request Timeout and Too Many Requests. */
const TOLERATED: ReadonlySet<number> = new Set([408, 429]);
