/** Notices changes of files by their times and sizes. It works for every editor, since no event is needed. */
import { stat } from 'node:fs/promises';

/** The files that have changed since the last call. */
export interface FileChanges {
  /**
   * Returns those of the files that were written, replaced, made or deleted since the last call with them. A file that
   * no call had before counts as changed if it was written at `since` or later.
   * @param since an instant in epoch milliseconds
   */
  among(files: Iterable<string>, since: number): Promise<string[]>;
}

/** Makes a FileChanges that has seen no file yet. */
export function fileChanges(): FileChanges {
  const seen = new Map<string, string>();
  const isChanged = async (file: string, since: number): Promise<boolean> => {
    const { text, written } = await stampOf(file);
    const before = seen.get(file);
    seen.set(file, text);
    return before === undefined ? written >= since : before !== text;
  };
  return {
    async among(files, since) {
      const listed = [...new Set(files)];
      const changed = await Promise.all(listed.map((file) => isChanged(file, since)));
      return listed.filter((_, index) => changed[index]);
    },
  };
}

interface Stamp {
  readonly text: string;
  /** When the file was written, in epoch milliseconds; -Infinity if there is no such file. */
  readonly written: number;
}

async function stampOf(file: string): Promise<Stamp> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(file);
    return { text: `${mtimeMs} ${size} ${ino}`, written: Math.max(mtimeMs, ctimeMs) };
  } catch {
    return { text: 'none', written: Number.NEGATIVE_INFINITY };
  }
}
