/**
 * The bounds of the texts that Tickover stores, logs and shows, and the words that replace omitted parts. Sizes are in
 * bytes of UTF-8 unless a name says otherwise.
 */

/**
 * The largest size of the error class in an error summary. It is small, so that the error summary of a failed run takes
 * only a few write units of DynamoDB.
 */
export const CLASS_BYTES = 64;
/** The largest size of the message in an error summary; the message is one line. */
export const MESSAGE_BYTES = 400;
/** The largest size of the text in an error summary: class, message, stack and causes. */
export const TEXT_BYTES = 2_400;
/**
 * The largest size of one error's message inside the text of an error summary, so that the stack and the causes still
 * fit.
 */
export const MESSAGE_IN_TEXT_BYTES = 1_000;
/** How many stack frames of each error the text of an error summary contains, at most. */
export const MOST_FRAMES = 6;
/** The largest size of one stack frame in the text of an error summary. */
export const FRAME_BYTES = 300;
/**
 * How many errors the text of an error summary describes, at most: the thrown error, its causes and its members (the
 * errors in an AggregateError). This also bounds how far a chain of causes is followed, since the chain may be a
 * circle.
 */
export const MOST_ERRORS = 8;
/**
 * How much of an error's message or stack is read to make its error summary. This is enough for a whole private key
 * (PEM), so that `mask` recognises and masks the key.
 */
export const READ_BYTES = 6_000;

/** How much of a text `mask` returns, at most, if its caller gives no bound; the rest is dropped. */
export const MASKED_BYTES = 20_000;
/**
 * The longest word, in characters, that may be a credential. If `mask` would cut a text inside a word up to this
 * length, it leaves out the whole word, so that no part of a credential stays.
 */
export const LONGEST_WORD = 512;

/**
 * The largest size of a run's result (the value that the workload returned) as JSON. A larger result would not fit into
 * one log event, and many such results would not fit into one answer of a function.
 */
export const RESULT_BYTES = 64_000;
/** The largest size of the message of a log line. */
export const LINE_MESSAGE_BYTES = 8_000;
/**
 * The largest size of all fields of one log line together, as JSON. With the message they fit into one log event of
 * CloudWatch.
 */
export const LINE_FIELDS_BYTES = 160_000;
/** The largest number of fields of one log line; further fields are dropped. */
export const MOST_LOG_FIELDS = 1_000;
/** The largest size of a field name in JSON that `toJson` returns; a longer name is cut. */
export const FIELD_NAME_BYTES = 256;
/** How many levels of nested objects and arrays `toJson` converts; a few words replace what is nested deeper. */
export const MOST_LEVELS = 32;

/** The largest size of a service's cursor, so that it fits into the state item. */
export const CURSOR_BYTES = 256;
/** The largest size of the cause of a halt, so that it fits into the state item. */
export const HALT_CAUSE_BYTES = 160;

/** The words that `toJson` puts in place of a value that it omits. */
export const LEFT_OUT = {
  unreadable: 'left out: it cannot be told as JSON',
  circle: 'left out: a circle',
  tooDeep: 'left out: nested too deep',
  bytes: (bytes: number) => `left out: ${bytes} bytes`,
  tooLarge: (most: number) => `left out: more than ${most} bytes of JSON`,
} as const;
/** The text that replaces each masked credential. */
export const MASK = '***';
/** The words that messages and error summaries contain in place of a value that can't be read or converted. */
export const UNSHOWABLE = 'a value that cannot be shown';
