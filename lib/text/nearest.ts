/** The known name that a person probably meant. */

/** Longer names are compared by their beginning. */
const LONGEST = 64;

const FAR = 1_000;
/** A shorter beginning of a name may be a name of its own. */
const LONGEST_SHORT = 8;

/**
 * The known name nearest to what was written, or `undefined` if none is near: one that differs in case alone, that goes
 * on where the written one ends, or that is a few typing errors away. Of several that are as near, the first.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const wanted = normal(written);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return (
    closest(wanted, known, () => most) ?? known.find((name) => wanted.length >= 3 && normal(name).startsWith(wanted))
  );
}

/**
 * The known name that the written one misses by so little that no other can be meant: by two typing errors, in names of
 * up to five letters by one, or by its end. For names that stand beside those of others, such as environment variables.
 */
export function nearMiss(written: string, known: readonly string[]): string | undefined {
  const wanted = normal(written);
  if (written.length > LONGEST) return undefined;
  const near = closest(wanted, known, (name) => (Math.min(wanted.length, name.length) <= 5 ? 1 : 2));
  return near ?? known.find((name) => wanted.length >= LONGEST_SHORT && normal(name).startsWith(wanted));
}

function closest(wanted: string, known: readonly string[], mostFor: (name: string) => number): string | undefined {
  let found: string | undefined;
  let fewest = FAR;
  for (const name of wanted === '' ? [] : known) {
    const errors = errorsBetween(wanted, normal(name));
    if (errors < fewest && errors <= mostFor(normal(name))) [found, fewest] = [name, errors];
  }
  return found;
}

/** `; did you mean '...'?`, or nothing where no known name is near. */
export function didYouMean(written: unknown, known: readonly string[]): string {
  const name = typeof written === 'string' ? nearest(written, known) : undefined;
  return name === undefined || name === written ? '' : `; did you mean '${name}'?`;
}

/** Case, dashes, underscores and spaces are no difference. */
function normal(name: string): string {
  return name
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[-_\s]/g, '');
}

/** How many characters must be added, left out, replaced or swapped with their neighbour. */
function errorsBetween(one: string, other: string): number {
  const columns = Array.from({ length: other.length + 1 }, (_, index) => index);
  let [before, last] = [columns, columns];
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      current[column] = Math.min(
        at(current, column - 1) + 1,
        at(last, column) + 1,
        at(last, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1),
        areSwapped(one.slice(row - 2, row), other.slice(column - 2, column)) ? at(before, column - 2) + 1 : FAR,
      );
    }
    [before, last] = [last, current];
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? FAR;
}

function areSwapped(pair: string, other: string): boolean {
  return pair.length === 2 && other.length === 2 && pair[0] === other[1] && pair[1] === other[0];
}
