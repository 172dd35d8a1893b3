/** The secrets of a service on one machine, from a file in the data directory. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecretsFile, withSecrets } from '../../lib/local/functions/secrets-file.ts';
import { defineService } from '../../lib/service/index.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-secrets-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the file secrets.env', () => {
  it('has a line for each secret, in quotes or not, and comments', async () => {
    const text = '\uFEFFAPI_TOKEN=abc=def\r\n# a comment\nDB_PASSWORD="two words # and more"\n\nKEY=\'a\nb\'\n';
    await writeFile(join(directory, 'secrets.env'), text);

    expect({ ...(await readSecretsFile(directory)) }).toEqual({
      ...{ API_TOKEN: 'abc=def', DB_PASSWORD: 'two words # and more', KEY: 'a\nb' },
    });
  });

  it('may be missing', async () => {
    expect(await readSecretsFile(directory)).toEqual({});
  });

  it('is refused if it is no file, with what to do', async () => {
    await mkdir(join(directory, 'secrets.env'));

    await expect(readSecretsFile(directory)).rejects.toThrow(
      'secrets.env: expected a file of lines such as API_TOKEN=value, got EISDIR; correct or delete it',
    );
  });

  it('gives a service the secrets that it names, and no other line', () => {
    const service = defineService({
      name: 'sync',
      interval: '5m',
      secrets: { ONE: 'ssm:/a', TWO: 'ssm:/b', SIX: 'ssm:/c' },
    });
    const file = { ONE: 'file', TWO: 'file', OTHER: 'file', TICKOVER_TABLE: 'file', PATH: 'file' };

    expect(withSecrets(service, { TWO: 'variable', ONE: '', PATH: '/bin' }, file)).toEqual({
      ...{ ONE: 'file', TWO: 'variable', PATH: '/bin' },
    });
  });
});
