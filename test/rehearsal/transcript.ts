/**
 * What was asked and what was answered, as docs/rehearsal.md tells it: the same in every run of the same code. Pure.
 */

/** One step: what was asked, and what came. */
export interface Step {
  readonly asked: string;
  readonly answered: string;
}

/** No two runs tell the same ones. */
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

interface Section {
  readonly title: string;
  readonly why: string;
  readonly steps: Step[];
}

/** A transcript under way. */
export interface Transcript {
  /** Begins a section. */
  section(title: string, why: string): void;
  /** Adds a step to the section. */
  step(asked: string, answered: Readonly<Record<string, unknown>> | string): void;
  /** The title of the section under way. */
  current(): string;
  sections(): readonly Section[];
}

/** How a transcript is kept. */
export interface TranscriptOptions {
  /** Hears every line as it comes. @default nobody */
  readonly report?: (line: string) => void;
  /** What differs from run to run, such as a port, and the words that stand for it. @default nothing */
  readonly symbols?: ReadonlyMap<string, string>;
}

/** A transcript with nothing in it. */
export function newTranscript({ report = () => {}, symbols = new Map() }: TranscriptOptions = {}): Transcript {
  const sections: Section[] = [];
  const symbolic = (text: string) =>
    [...symbols]
      .reduce((replaced, [found, symbol]) => replaced.replaceAll(found, symbol), text)
      .replaceAll(INSTANT, 'INSTANT');
  return {
    section(title, why) {
      sections.push({ title, why, steps: [] });
      report(`\n${title}`);
    },
    step(asked, answered) {
      const words = typeof answered === 'string' ? answered : inWords(answered);
      const step = { asked: symbolic(asked), answered: symbolic(words) };
      sections.at(-1)?.steps.push(step);
      report(`  ${step.asked}: ${step.answered}`);
    },
    current: () => sections.at(-1)?.title ?? '',
    sections: () => sections,
  };
}

/** The transcript as Markdown, one table a section. */
export function rendered(transcript: Transcript): string {
  return transcript.sections().map(renderedSection).join('\n\n');
}

/** Fields as `name value, name value`. */
export function inWords(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function renderedSection({ title, why, steps }: Section): string {
  const rows = steps.map(({ asked, answered }) => `| ${cell(asked)} | ${cell(answered)} |`);
  return [`## ${title}`, '', why, '', '| asked | answered |', '|---|---|', ...rows].join('\n');
}

/** A bar or a line break would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
