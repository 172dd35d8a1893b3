/**
 * The limits of the texts that Tickover stores, logs and shows. Sizes are in bytes of UTF-8 unless a name says
 * otherwise.
 */

/** The largest size of an error's class in a stored error summary. */
export const CLASS_BYTES = 64;
/** The largest size of an error's message in a stored error summary. */
export const MESSAGE_BYTES = 400;
/** The largest size of the text in an error summary: class, message, stack and causes. */
export const TEXT_BYTES = 2_400;
/**
 * The largest size of one error's message inside the text of an error summary, which also needs room for the stack and
 * the causes.
 */
export const MESSAGE_IN_TEXT_BYTES = 1_000;
/** The largest number of stack frames of each error in an error summary. */
export const MOST_FRAMES = 6;
/** The largest size of one stack frame in an error summary. */
export const FRAME_BYTES = 300;
/**
 * The largest number of errors in an error summary: the thrown error, its causes, and the errors inside an
 * AggregateError.
 */
export const MOST_ERRORS = 8;
/** How much of an error's message or stack is read. A private key of this length is still recognised, and masked. */
export const READ_BYTES = 6_000;

/** The largest size of the text that `mask` returns, if its caller gives no other. */
export const MASKED_BYTES = 20_000;
/**
 * The longest word, in characters, that may be a credential. `mask` never cuts inside such a word, since it couldn't
 * recognise the rest.
 */
export const LONGEST_WORD = 512;

/** The largest size of a workload's return value as JSON. A larger one doesn't fit into one log event of CloudWatch. */
export const RESULT_BYTES = 64_000;
export const LINE_MESSAGE_BYTES = 8_000;
/** The largest size of all fields of one log line as JSON, so that the line fits into one log event of CloudWatch. */
export const LINE_FIELDS_BYTES = 160_000;
/** The largest number of fields of one log line; further fields are dropped. */
export const MOST_LOG_FIELDS = 1_000;
/** The largest size of a field name in JSON; a longer name is cut. */
export const FIELD_NAME_BYTES = 256;
/** The largest depth of nested objects and arrays in JSON; a few words replace what is nested deeper. */
export const MOST_LEVELS = 32;

/** The largest size of a service's cursor. */
export const CURSOR_BYTES = 256;
/** The largest size of the stored cause of a halt. */
export const HALT_CAUSE_BYTES = 160;

/** The words in JSON in place of a value that is left out. */
export const LEFT_OUT = {
  unreadable: 'left out: JSON cannot represent it',
  circle: 'left out: a circle',
  tooDeep: 'left out: nested too deep',
  bytes: (bytes: number) => `left out: ${bytes} bytes`,
  tooLarge: (most: number) => `left out: more than ${most} bytes of JSON`,
} as const;
/** The text in place of each credential. */
export const MASK = '***';
/** The words in messages in place of a value that can't be read. */
export const UNSHOWABLE = 'a value that cannot be shown';
