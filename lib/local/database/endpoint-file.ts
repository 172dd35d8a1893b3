/** The file in which the process that serves a directory publishes its endpoint, so that other processes can use it. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { timeoutSignal } from '../../time/index.ts';
import { IDENTITY_HEADER } from './embedded.ts';
import { readOwn } from './own-files.ts';

/** Databases are served there alone: a file that names another place was written by somebody else. */
const LOOPBACK = /^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}$/;
/** The identity distinguishes the answers of this server from those of any other program at the same endpoint. */
const content = z.object({ endpoint: z.string().regex(LOOPBACK), pid: z.int(), identity: z.string() });

const TIMEOUT_MS = 2_000;

/** Replaces the file in one step. The directory exists. */
export async function publish(directory: string, published: z.output<typeof content>): Promise<void> {
  const draft = join(directory, `endpoint.${published.identity}.tmp`);
  await writeFile(draft, `${JSON.stringify(published)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, fileOf(directory));
}

/** Removes the file if it still has this identity. */
export async function withdraw(directory: string, identity: string): Promise<void> {
  if ((await read(directory))?.identity === identity) await rm(fileOf(directory), { force: true });
}

/** The published endpoint, if a server of the same identity answers there. */
export async function publishedEndpoint(directory: string): Promise<string | undefined> {
  const published = await read(directory);
  if (published === undefined) return undefined;
  try {
    const answer = await fetch(published.endpoint, { signal: timeoutSignal(TIMEOUT_MS), redirect: 'error' });
    await answer.arrayBuffer();
    return answer.headers.get(IDENTITY_HEADER) === published.identity ? published.endpoint : undefined;
  } catch {
    return undefined;
  }
}

async function read(directory: string): Promise<z.output<typeof content> | undefined> {
  try {
    return content.parse(JSON.parse(readOwn(fileOf(directory))));
  } catch {
    return undefined;
  }
}

function fileOf(directory: string): string {
  return join(directory, 'endpoint.json');
}
