/**
 * The bounds of text, and the words in the place of what is left out. Sizes are in bytes of UTF-8 unless a name says
 * otherwise.
 */

/** An error class: the error summary of a failed run fits into a few write units. */
export const CLASS_BYTES = 64;
/** The message of an error summary: one line. */
export const MESSAGE_BYTES = 400;
/** The text of an error summary: class, message, stack and causes. */
export const TEXT_BYTES = 2_400;
/** The message of one error inside that text, so that its stack and causes still fit. */
export const MESSAGE_IN_TEXT_BYTES = 1_000;
/** The frames that are kept of the stack of each error. */
export const MOST_FRAMES = 6;
/** One frame of a stack. */
export const FRAME_BYTES = 300;
/**
 * The errors in the text: causes and members. Also how far a chain of causes is followed, since a chain may be a
 * circle.
 */
export const MOST_ERRORS = 8;
/** The part of a text of any size that is read for an error summary: a private key fits. */
export const READ_BYTES = 6_000;

/** The part of a text that is masked where no bound is given; the rest is dropped. */
export const MASKED_BYTES = 20_000;
/** A longer run of characters is no credential. In characters. */
export const LONGEST_WORD = 512;

/** The result of a run as JSON: a larger one would not fit into a log event, and many of them not into an answer. */
export const RESULT_BYTES = 64_000;
/** The message of a log line. */
export const LINE_MESSAGE_BYTES = 8_000;
/** All fields of a log line as JSON: with the message they fit into one event of CloudWatch's log. */
export const LINE_FIELDS_BYTES = 160_000;
/** The fields of a log line. */
export const MOST_LOG_FIELDS = 1_000;
/** The name of a field in JSON. */
export const FIELD_NAME_BYTES = 256;
/** The levels of objects and arrays in JSON. */
export const MOST_LEVELS = 32;

/** The largest cursor: it has room in the state item. */
export const CURSOR_BYTES = 256;
/** The largest cause of a halt: it has room in the state item. */
export const HALT_CAUSE_BYTES = 160;

/** The words in the place of a part of JSON that is left out. */
export const LEFT_OUT = {
  unreadable: 'left out: it cannot be told as JSON',
  circle: 'left out: a circle',
  tooDeep: 'left out: nested too deep',
  bytes: (bytes: number) => `left out: ${bytes} bytes`,
  tooLarge: (most: number) => `left out: more than ${most} bytes of JSON`,
} as const;
/** The words in the place of a credential. */
export const MASK = '***';
/** The words in the place of a value that throws when it is read. */
export const UNSHOWABLE = 'a value that cannot be shown';
