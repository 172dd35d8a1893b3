/** The note that the process which serves a directory leaves in it, so that others can use its endpoint. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { timeoutSignal } from '../../time/index.ts';
import { IDENTITY_HEADER } from './embedded.ts';
import { makeDirectory } from './make-directory.ts';

const Note = z.object({ endpoint: z.url(), pid: z.int(), identity: z.string() });

/** Where the directory is served, by which process, and the identity by which its answers are told from a stranger's. */
export type EndpointNote = z.infer<typeof Note>;

const PATIENCE_MS = 2_000;

/** Writes the note in one piece, whatever stood there. */
export async function publish(directory: string, note: EndpointNote): Promise<void> {
  makeDirectory(directory);
  const draft = join(directory, `endpoint.${note.identity}.tmp`);
  await writeFile(draft, `${JSON.stringify(note)}\n`);
  await rename(draft, fileOf(directory));
}

/** Takes the note away, if it is still the one of this identity. */
export async function withdraw(directory: string, identity: string): Promise<void> {
  if ((await read(directory))?.identity === identity) await rm(fileOf(directory), { force: true });
}

/** The endpoint that the note names, if it answers and the answer is of the same identity; a stale note is as good as none. */
export async function publishedEndpoint(directory: string): Promise<string | undefined> {
  const note = await read(directory);
  if (note === undefined) return undefined;
  try {
    const answer = await fetch(note.endpoint, { signal: timeoutSignal(PATIENCE_MS) });
    await answer.arrayBuffer();
    return answer.headers.get(IDENTITY_HEADER) === note.identity ? note.endpoint : undefined;
  } catch {
    return undefined;
  }
}

async function read(directory: string): Promise<EndpointNote | undefined> {
  try {
    return Note.parse(JSON.parse(await readFile(fileOf(directory), 'utf8')));
  } catch {
    return undefined;
  }
}

function fileOf(directory: string): string {
  return join(directory, 'endpoint.json');
}
