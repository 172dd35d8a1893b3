/** An error in one line of a terminal. */
import { cut, mask, printable } from '../../text/index.ts';

/** More is no line any more. */
const LONGEST = 2_000;

/** What is to be said of an error, in one line: credentials masked, and nothing that a terminal would obey. */
export function oneLine(error: unknown): string {
  const { message, code, name } = (error ?? {}) as { message?: string; code?: string; name?: string };
  return printable(cut(mask(message || code || name || String(error)), LONGEST));
}
