/** From the calls of one tick to its figures: stops, turn-backs, files and calls. Pure. */
import { isLeftOut, isTextTimeOrLog, type Layout } from './layout.ts';

/** A function of lib was entered. Going on after an `await` is no call. */
export interface Call {
  /** From the root of the checkout, with slashes. */
  readonly file: string;
  /** Empty for a function that has none. */
  readonly name: string;
  readonly named: boolean;
}

/** An unbroken run of calls into one file. */
export interface Stop {
  readonly file: string;
  /** The functions called, in order. */
  readonly names: readonly string[];
  /** An earlier stop was in this file, and left it. */
  readonly isTurnBack: boolean;
}

/** What is said of one tick. */
export interface Figures {
  readonly stops: number;
  readonly turnBacks: number;
  readonly files: number;
  /** Calls of named functions, nothing left out. */
  readonly calls: number;
  /** The stops where only the log, text and time are left out. */
  readonly stopsWithHelpers: number;
  /** The same where functions without a name count too. */
  readonly withAnonymous: { readonly stops: number; readonly files: number; readonly calls: number };
}

/** The figures of a tick. */
export function figuresOf(calls: readonly Call[], layout: Layout): Figures {
  const named = calls.filter((call) => call.named);
  const way = wayOf(calls, layout);
  const all = stopsOf(calls.filter(({ file }) => !isLeftOut(layout, file)));
  return {
    stops: way.length,
    turnBacks: way.filter(({ isTurnBack }) => isTurnBack).length,
    files: filesOf(way),
    calls: named.length,
    stopsWithHelpers: stopsOf(named.filter(({ file }) => !isTextTimeOrLog(layout, file))).length,
    withAnonymous: { stops: all.length, files: filesOf(all), calls: calls.length },
  };
}

/** The way of a tick: its stops, made of calls of named functions, without what the layout leaves out. */
export function wayOf(calls: readonly Call[], layout: Layout): Stop[] {
  return stopsOf(calls.filter(({ file, named }) => named && !isLeftOut(layout, file)));
}

/** The calls as stops: consecutive calls into one file are one. */
export function stopsOf(calls: readonly Call[]): Stop[] {
  const stops: { file: string; names: string[]; isTurnBack: boolean }[] = [];
  const seen = new Set<string>();
  for (const { file, name } of calls) {
    const last = stops.at(-1);
    if (last?.file === file) last.names.push(name);
    else stops.push({ file, names: [name], isTurnBack: seen.has(file) });
    seen.add(file);
  }
  return stops;
}

/** How often each of the texts is there, in the order in which they come first. */
export function tally(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function filesOf(stops: readonly Stop[]): number {
  return new Set(stops.map(({ file }) => file)).size;
}
