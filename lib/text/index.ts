export { LARGEST_RESULT, tellable, tellableFields, tellableMessage, throwable } from './bounded-json.ts';
export { fitted, padded, printable, wrapped } from './columns.ts';
export { errorClassOf, memoOf } from './error-summary.ts';
export { cut, mask } from './mask.ts';
export { isError, look, membersOf, read } from './safe-read.ts';
export { jsonBytes, plain } from './to-json.ts';
