export { limitJson, toBoundedJson, toLogFields, toLogMessage, toSafeError } from './bounded-json.ts';
export { fitted, padded, printable, wrapped } from './columns.ts';
export { errorClassOf, summarizeError } from './error-summary.ts';
export { cut, mask } from './mask.ts';
export { isError, isRecord, membersOf, read, tryRead } from './safe-read.ts';
export { jsonBytes, toJson } from './to-json.ts';
export { withoutUndefined } from './without-undefined.ts';
