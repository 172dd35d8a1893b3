/** How a run ended, and what is remembered of a failure. */

/** The memo of a failure: what a report needs to tell it, bounded in size, credentials masked. */
export interface ErrorSummary {
  /** When the run ended, in epoch milliseconds. */
  readonly at: number;
  /** The name under which the report gives one example: the error's class, or its code where the class says nothing. */
  readonly errorClass: string;
  /** What happened, in one line. */
  readonly message: string;
  /** The whole story: class, message, stack and causes. */
  readonly text: string;
}

/** A run's outcome. Everything but success carries its memo. */
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
