/**
 * Tables that a document quotes: a command writes them where the document has a place for them, so that nobody copies
 * figures by hand.
 */
import { readFile, writeFile } from 'node:fs/promises';

/**
 * Puts a text in its place in a document: between `<!-- begin NAME -->` and `<!-- end NAME -->`, each on a line of its
 * own.
 * @throws RangeError if the document has no such place
 */
export function quotedIn(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new RangeError(`expected a place for '${name}' in the document, got none`);
  return `${document.slice(0, from + begin.length)}\n${text.trim()}\n\n${document.slice(to)}`;
}

/** Puts a text in its place in a file. */
export async function quote(file: string, name: string, text: string): Promise<void> {
  await writeFile(file, quotedIn(await readFile(file, 'utf8'), name, text));
}
