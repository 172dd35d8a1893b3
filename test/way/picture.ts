/** The way of a tick in words: its figures, its stops, and its calls by function. Pure. */
import { type Call, type Figures, type Stop, tally } from './figures.ts';

/** The widest line. */
export const COLUMNS = 100;

const BEGIN = '<!-- way -->';
const END = '<!-- /way -->';

/** The figures, and below them one line for each stop; `<` marks a turn-back. */
export function pictureOf(figures: Figures, way: readonly Stop[]): string {
  return [...figureLines(figures), '', ...stopLines(way)].join('\n');
}

function figureLines({ stops, turnBacks, files, calls, stopsWithHelpers, withAnonymous: all }: Figures): string[] {
  return [
    `${stops} stops, ${turnBacks} of them turn-backs (<), in ${files} files; ${counted(calls)} calls in all`,
    `with only the log, text and time left out: ${stopsWithHelpers} stops`,
    `with functions that have no name: ${all.stops} stops in ${all.files} files; ${counted(all.calls)} calls in all`,
  ];
}

function stopLines(way: readonly Stop[]): string[] {
  const digits = String(way.length).length;
  const width = Math.max(0, ...way.map(({ file }) => shortened(file).length));
  return way.map(({ file, names, isTurnBack }, index) => {
    const number = String(index + 1).padStart(digits);
    const head = `${number} ${isTurnBack ? '<' : ' '} ${shortened(file).padEnd(width)}  `;
    return head + fitted(collapsed(names), COLUMNS - head.length);
  });
}

/** All of them lie in lib. */
function shortened(file: string): string {
  return file.replace(/^lib\//, '');
}

/** Each name once, in the order of the first calls. */
function collapsed(names: readonly string[]): string[] {
  return [...tally(names)].map(([name, count]) => (count === 1 ? name : `${name} x${count}`));
}

/** As many names as there is room for, and how many more there are. */
function fitted(names: readonly string[], columns: number): string {
  for (let shown = names.length; shown > 0; shown--) {
    const more = shown < names.length ? ` and ${names.length - shown} more` : '';
    const text = names.slice(0, shown).join(', ') + more;
    if (text.length <= columns) return text;
  }
  return `${names.length} functions`;
}

/** How often each named function was called, by file; the most called first. */
export function callsInWords(calls: readonly Call[]): string {
  const named = calls.filter((call) => call.named);
  const lines = mostFirst(named.map(({ file }) => file)).flatMap(([file, inFile]) => [
    `${counted(inFile).padStart(6)}  ${file}`,
    ...mostFirst(named.filter((call) => call.file === file).map(({ name }) => name)).map(
      ([name, count]) => `${counted(count).padStart(14)}  ${name}`,
    ),
  ]);
  return [`${counted(named.length)} calls of named functions`, '', ...lines].join('\n');
}

function mostFirst(texts: readonly string[]): [string, number][] {
  return [...tally(texts)].toSorted(([, a], [, b]) => b - a);
}

/**
 * The page with the picture in the place that is marked for it.
 * @throws RangeError unless the page has that place once
 */
export function withPicture(page: string, picture: string): string {
  const [before, inside, ...rest] = page.split(BEGIN);
  const [, after, ...more] = inside?.split(END) ?? [];
  if (before === undefined || after === undefined || rest.length > 0 || more.length > 0) {
    throw new RangeError(`expected ${BEGIN} and behind it ${END}, each once`);
  }
  return `${before}${BEGIN}\n\n\`\`\`text\n${picture}\n\`\`\`\n\n${END}${after}`;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
