/** Notices: what the watchdog says about a service, as data. Pure. */

/** What the watchdog finds wrong with a service. */
export const TROUBLES = ['halted', 'never-ran', 'overdue', 'unhealthy', 'unreadable'] as const;
export type TroubleKind = (typeof TROUBLES)[number];

/** The kinds of changes that the watchdog reports. */
export type ChangeKind = TroubleKind | 'recovered';

/** One change of one service. */
export interface Change {
  readonly service: string;
  readonly kind: ChangeKind;
  /**
   * Since when the trouble lasts, in epoch milliseconds; of `recovered`, since when the trouble that is over had
   * lasted.
   */
  readonly since: number;
  /** `service/kind/since`: equal for a repetition of the same change, so that receivers can drop it. */
  readonly id: string;
  /** What happened, in one sentence. */
  readonly happened: string;
  /** The cause as far as it is known, with credentials masked. */
  readonly cause?: string;
  /** What follows if nobody does anything. */
  readonly follows: string;
  /** The command that shows more, or mends it. */
  readonly command: string;
}

/** A message to people: one change, or all changes of a look that has many. */
export interface Notice {
  /** Equal for a repetition of the same notice. */
  readonly id: string;
  /** One line of printable ASCII, at most 100 characters. */
  readonly subject: string;
  /** Some lines of plain text. */
  readonly text: string;
  readonly changes: readonly Change[];
}
