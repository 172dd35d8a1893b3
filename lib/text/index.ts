export { limitJson, toBoundedJson, toLogFields, toLogMessage, toSafeCause, toSafeError } from './bounded-json.ts';
export { CURSOR_BYTES, HALT_CAUSE_BYTES } from './bounds.ts';
export { fitted, padded, printable, wrapped } from './columns.ts';
export { type ErrorSummary, errorClassOf, summarizeError } from './error-summary.ts';
export { cut, mask } from './mask.ts';
export { isError, isRecord, membersOf, readProperty, tryRead } from './safe-read.ts';
export { showValue } from './show-value.ts';
export { jsonBytes, toJson } from './to-json.ts';
export { withoutUndefined } from './without-undefined.ts';
