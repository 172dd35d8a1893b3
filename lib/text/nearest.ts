/** Two names are compared by this number of characters at their beginnings. */
const LONGEST = 64;

const FAR = 1_000;

/**
 * Returns the known name with the fewest typing errors in `written`: one, or one for every three letters. If no name is
 * so similar, returns a known name that begins with `written`; else `undefined`. Case, dashes, underscores and spaces
 * make no difference.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const wanted = normal(written);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return (
    closest(wanted, known, () => most) ?? known.find((name) => wanted.length >= 3 && normal(name).startsWith(wanted))
  );
}

/**
 * Returns the known name that was surely meant by `written`; else `undefined`. This is stricter than {@link nearest},
 * for names among names of other programs, such as environment variables. A known name matches `written` in these
 * cases:
 *
 *   - any name: the same letters with other case, dashes, underscores or spaces
 *   - several words (`alarmEmail`): up to two typing errors, or the first words, at least two
 *   - one word (`stage`): two neighbours swapped (`stgae`), a letter doubled (`staage`), a vowel left out (`stge`), or
 *     the last letter left out (`stag`), except an `s`
 *   - one word of eight letters or more: any one typing error that isn't at its end
 */
export function nearMiss(written: string, known: readonly string[]): string | undefined {
  const wanted = normal(written);
  if (written.length > LONGEST || wanted === '') return undefined;
  const names = known.filter((name) => isMissed(wanted, name));
  return closest(wanted, names, () => FAR);
}

const MOST_ERRORS = 2;
/** From this number of letters on, a word with one typing error inside is hardly ever another English word. */
const LONG_WORD = 8;

function isMissed(wanted: string, name: string): boolean {
  const [first = '', ...others] = wordsOf(name);
  const whole = normal(name);
  if (wanted === whole) return true;
  if (others.length === 0) return isSlip(wanted, whole);
  if (errorsBetween(wanted, whole) <= MOST_ERRORS) return true;
  return whole.startsWith(wanted) && wanted.length >= (first + others[0]).length;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, '-')
    .split(/[-_\s]/)
    .map(normal)
    .filter((word) => word !== '');
}

function isSlip(wanted: string, word: string): boolean {
  if (errorsBetween(wanted, word) !== 1) return false;
  const [same, end] = [word.slice(0, -1), word.slice(-1)];
  if (wanted === same) return end !== 's';
  if (wanted.startsWith(same)) return false;
  if (word.length >= LONG_WORD) return true;
  const letters = [...word];
  const isVowelLeftOut = letters.some(
    (letter, index) => index > 0 && 'aeiou'.includes(letter) && wanted === letters.toSpliced(index, 1).join(''),
  );
  const isDoubled = letters.some((letter, index) => wanted === letters.toSpliced(index, 0, letter).join(''));
  return isVowelLeftOut || isDoubled || [...wanted].sort().join('') === [...letters].sort().join('');
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

/**
 * The end of a message about an unknown name: `; did you mean '...'?`, or an empty text if {@link nearest} finds
 * nothing.
 */
export function didYouMean(written: unknown, known: readonly string[]): string {
  const name = typeof written === 'string' ? nearest(written, known) : undefined;
  return name === undefined || name === written ? '' : `; did you mean '${name}'?`;
}

function normal(name: string): string {
  return name
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[-_\s]/g, '');
}

/** The number of typing errors between two texts: letters added, left out, replaced, or swapped with a neighbour. */
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
