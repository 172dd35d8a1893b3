/** How a run ended. */
import type { ErrorSummary } from '../text/index.ts';

/** A run's outcome; everything but a success has an error summary. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | {
      readonly kind: 'failed';
      readonly failure: ErrorSummary /** How long the other side asked to be left alone, in ms. */;
      readonly retryAfter?: number;
    }
  | { readonly kind: 'fatal'; readonly failure: ErrorSummary }
  | { readonly kind: 'timed-out'; readonly failure: ErrorSummary }
  | { readonly kind: 'crashed'; readonly failure: ErrorSummary };

export type OutcomeKind = Outcome['kind'];
