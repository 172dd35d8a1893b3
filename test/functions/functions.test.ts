/** The functions: a few lines each, a service of the same name each, a handler each. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadCatalog } from '../../lib/services/catalog.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions/', import.meta.url));
const files = (await readdir(FUNCTIONS)).toSorted();

beforeAll(() => {
  vi.stubEnv('TICKOVER_TABLE', 'states');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

afterAll(() => vi.unstubAllEnvs());

it('there are functions, and nothing else beside them', () => {
  expect(files).toEqual(expect.arrayContaining(['check-endpoints.ts', 'mark-late-runs.ts']));
  expect(files.filter((file) => !/^[a-z0-9-]+\.ts$/.test(file))).toEqual([]);
});

describe.each(files)('%s', (file) => {
  const name = file.replace(/\.ts$/, '');

  it('has at most 8 lines', async () => {
    const text = await readFile(`${FUNCTIONS}${file}`, 'utf8');

    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(8);
  });

  it('has the service of its name in the catalog', async () => {
    const entry = (await loadCatalog()).find(({ service }) => service.name === name);

    expect(entry?.functionFile).toBe(`${FUNCTIONS}${file}`);
  });

  it('exports a handler of that very service', async () => {
    const { handler } = (await import(`${FUNCTIONS}${file}`)) as { handler: (event: unknown) => Promise<unknown> };

    await expect(handler({})).rejects.toMatchObject({ code: 'malformed-event', service: name });
  });
});
