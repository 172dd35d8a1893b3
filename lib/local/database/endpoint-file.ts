/**
 * Writes and reads the file in which the process that serves a data directory publishes its endpoint, so that other
 * processes can use it.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { timeoutSignal } from '../../time/index.ts';
import { IDENTITY_HEADER } from './embedded.ts';
import { readOwn } from './own-files.ts';

/**
 * Matches an endpoint that the file may contain: a port of 127.0.0.1, where Tickover serves its databases. A file with
 * any other address is ignored, since Tickover has not written it.
 */
const LOOPBACK = /^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}$/;
/**
 * The content of the file. The random `identity` distinguishes the server that wrote the file from any other program
 * that answers at the same endpoint.
 */
const content = z.object({ endpoint: z.string().regex(LOOPBACK), pid: z.int(), identity: z.string() });

const TIMEOUT_MS = 2_000;

/** Writes the endpoint file of the directory, and replaces an older one in one step. The directory must exist. */
export async function publish(directory: string, published: z.output<typeof content>): Promise<void> {
  const draft = join(directory, `endpoint.${published.identity}.tmp`);
  await writeFile(draft, `${JSON.stringify(published)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, fileOf(directory));
}

/**
 * Removes the endpoint file of the directory if it still contains `identity`. If another process has replaced the file,
 * it stays.
 */
export async function withdraw(directory: string, identity: string): Promise<void> {
  if ((await read(directory))?.identity === identity) await rm(fileOf(directory), { force: true });
}

/**
 * The endpoint in the file of the directory. Returns `undefined` if there is no valid file, or if the server that wrote
 * it doesn't answer at this endpoint.
 */
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
