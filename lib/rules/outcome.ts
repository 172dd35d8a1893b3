import type { ErrorSummary } from '../text/index.ts';

/** The outcome of a run; every outcome but a success has an error summary. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | {
      readonly kind: 'failed';
      readonly failure: ErrorSummary;
      /** How long the server asked clients to wait (Retry-After header), in milliseconds from the end of the run. */
      readonly retryAfter?: number;
    }
  | { readonly kind: 'fatal'; readonly failure: ErrorSummary }
  | { readonly kind: 'timed-out'; readonly failure: ErrorSummary }
  | { readonly kind: 'crashed'; readonly failure: ErrorSummary };

/** The name of an outcome, such as `succeeded` or `timed-out`. */
export type OutcomeKind = Outcome['kind'];
