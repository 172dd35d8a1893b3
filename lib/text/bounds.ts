/**
 * The bounds of text, and the words that replace omitted parts. Sizes are in bytes of UTF-8 unless a name says
 * otherwise.
 */

/** The largest size of an error class: small, so that the error summary of a failed run fits into a few write units. */
export const CLASS_BYTES = 64;
/** The largest size of the message of an error summary, which is one line. */
export const MESSAGE_BYTES = 400;
/** The largest size of the text of an error summary: class, message, stack and causes. */
export const TEXT_BYTES = 2_400;
/** The largest size of one error's message inside such a text, so that the stack and the causes still fit. */
export const MESSAGE_IN_TEXT_BYTES = 1_000;
/** How many frames of each error's stack are kept, at most. */
export const MOST_FRAMES = 6;
/** The largest size of one frame of a stack. */
export const FRAME_BYTES = 300;
/**
 * How many errors the text contains: causes and members. This also bounds how far a chain of causes is followed, since
 * a chain may be a circle.
 */
export const MOST_ERRORS = 8;
/** How much of a text is read for an error summary: enough for a private key. */
export const READ_BYTES = 6_000;

/** How much of a text is masked if no bound is given; the rest is dropped. */
export const MASKED_BYTES = 20_000;
/** The longest credential, in characters: a longer word is taken for no credential. */
export const LONGEST_WORD = 512;

/**
 * The largest size of a run's result as JSON: a larger one would not fit into a log event, and many results not into
 * one answer.
 */
export const RESULT_BYTES = 64_000;
/** The largest size of the message of a log line. */
export const LINE_MESSAGE_BYTES = 8_000;
/** The largest size of all fields of a log line as JSON: with the message they fit into one log event of CloudWatch. */
export const LINE_FIELDS_BYTES = 160_000;
/** The largest number of fields of a log line. */
export const MOST_LOG_FIELDS = 1_000;
/** The largest size of the name of a field in JSON. */
export const FIELD_NAME_BYTES = 256;
/** The largest number of levels of objects and arrays in JSON. */
export const MOST_LEVELS = 32;

/** The largest size of a cursor, so that it fits into the state item. */
export const CURSOR_BYTES = 256;
/** The largest size of the cause of a halt, so that it fits into the state item. */
export const HALT_CAUSE_BYTES = 160;

/** The words that replace an omitted part of JSON. */
export const LEFT_OUT = {
  unreadable: 'left out: it cannot be told as JSON',
  circle: 'left out: a circle',
  tooDeep: 'left out: nested too deep',
  bytes: (bytes: number) => `left out: ${bytes} bytes`,
  tooLarge: (most: number) => `left out: more than ${most} bytes of JSON`,
} as const;
/** The text that replaces a credential. */
export const MASK = '***';
/** The words that replace a value that throws when it is read. */
export const UNSHOWABLE = 'a value that cannot be shown';
