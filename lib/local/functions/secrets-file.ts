/**
 * The file `secrets.env` in the data directory, with a line `NAME=value` for each secret. It isn't an environment
 * variable of this process, so that a function gets only the secrets that its service names.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Service } from '../../service/index.ts';
import { readProperty } from '../../text/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const FILE = 'secrets.env';

/**
 * Reads the file in `directory`. Without a file there are no variables.
 * @throws Error if the file can't be read; the message contains nothing of the file
 */
export async function readSecretsFile(directory: string): Promise<Variables> {
  const path = join(directory, FILE);
  try {
    return parseEnv((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    const code = readProperty(error, 'code');
    if (code === 'ENOENT') return {};
    throw new Error(
      `${path}: expected a file of lines such as API_TOKEN=value, got ${String(code)}; correct or delete it`,
    );
  }
}

/** The variables with the secrets of the service from the file. A variable that has a value already keeps it. */
export function withSecrets({ secrets }: Service, variables: Variables, file: Variables): Variables {
  const missing = secrets.map(({ name }) => name).filter((name) => !variables[name] && file[name] !== undefined);
  return { ...variables, ...Object.fromEntries(missing.map((name) => [name, file[name]])) };
}
