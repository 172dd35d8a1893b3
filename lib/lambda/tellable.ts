/** What a workload returned, as answers and log lines can tell it. */

/** Longer ones would burst a log event, and many of them an answer. In characters of JSON. */
const LARGEST = 64_000;

/** The value as JSON would bring it back, whatever it is; text in its place where it can't be told. Never throws. */
export function tellable(value: unknown): unknown {
  const text = jsonOf(value);
  if (text === undefined) return typeof value === 'object' ? 'left out: it cannot be told as JSON' : null;
  return text.length > LARGEST ? `left out: ${text.length} characters of JSON, more than ${LARGEST}` : JSON.parse(text);
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member));
  } catch {
    return undefined;
  }
}
