/** What a process writes to its streams while something is done. */
import process from 'node:process';

/** The work's result, and everything that was written to standard output and standard error meanwhile. */
export async function captured<Result>(work: () => Promise<Result>): Promise<{ result: Result; written: string }> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  const chunks: string[] = [];
  const keep = ((chunk: unknown) => chunks.push(String(chunk)) > 0) as typeof process.stdout.write;
  for (const stream of streams) stream.write = keep;
  try {
    const result = await work();
    return { result, written: chunks.join('') };
  } finally {
    for (const [index, stream] of streams.entries()) Object.assign(stream, { write: writes[index] });
  }
}
