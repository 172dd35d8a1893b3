/** The file in a data directory by which other processes find the embedded DynamoDB that this process serves. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { timeoutSignal } from '../../time/index.ts';
import { IDENTITY_HEADER } from './embedded.ts';
import { readOwn } from './own-files.ts';

/** Matches the only endpoints that Tickover writes into the file. A file with another endpoint is ignored. */
const LOOPBACK = /^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}$/;
/**
 * The content of the file. Every response of the server contains the random `identity`, so another program at the same
 * port is noticed.
 */
const content = z.object({ endpoint: z.string().regex(LOOPBACK), pid: z.int(), identity: z.string() });

const TIMEOUT_MS = 2_000;

/** Writes the endpoint file, or replaces an older one in one step. The directory must exist. */
export async function publish(directory: string, published: z.output<typeof content>): Promise<void> {
  const draft = join(directory, `endpoint.${published.identity}.tmp`);
  await writeFile(draft, `${JSON.stringify(published)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, fileOf(directory));
}

/** Removes the endpoint file if it contains `identity`. The file of another process stays. */
export async function withdraw(directory: string, identity: string): Promise<void> {
  if ((await read(directory))?.identity === identity) await rm(fileOf(directory), { force: true });
}

/** Returns the endpoint in the file; `undefined` if there is no valid file or its server doesn't answer. */
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
