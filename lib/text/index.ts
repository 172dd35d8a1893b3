export {
  limitJson,
  toBoundedJson,
  toLogFields,
  toLogMessage,
  toSafeCause,
  toSafeError,
  unmasked,
} from './bounded-json.ts';
export { CURSOR_BYTES, HALT_CAUSE_BYTES } from './bounds.ts';
export { fitted, padded, wrapped } from './columns.ts';
export { type ErrorSummary, errorClassOf, summarizeError } from './error-summary.ts';
export { guardOutput } from './guard-output.ts';
export { containsKnown, forgetValues, hideValue, SHORTEST_KNOWN } from './known/known-values.ts';
export { cut, mask } from './mask.ts';
export { didYouMean, nearest, nearMiss } from './nearest.ts';
export { isError, isRecord, membersOf, readProperty, tryRead } from './safe-read.ts';
export { showValue } from './show-value.ts';
export { ERROR_BRAND, hasCode, isTickoverError, TickoverError } from './tickover-error.ts';
export { jsonBytes, toJson } from './to-json.ts';
export { escapeControls, escaped, escapeLogLine, printable } from './visible.ts';
export { withoutUndefined } from './without-undefined.ts';
