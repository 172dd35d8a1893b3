/** The catalog: services and functions are found by their files. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { loadCatalog, readCatalog } from '../../lib/services/catalog.ts';

const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true })));
});

const ROOM = fileURLToPath(new URL('../../lib/service/index.ts', import.meta.url));
const defining = (name: string) =>
  `import { defineService } from '${ROOM}';\nexport const service = defineService({ name: '${name}', interval: '5m' });\n`;

/** Directories with these files. */
async function places(files: { functions: readonly string[]; services: Readonly<Record<string, string>> }) {
  const root = await mkdtemp(join(tmpdir(), 'catalog-'));
  made.push(root);
  await mkdir(join(root, 'functions'));
  await mkdir(join(root, 'services'));
  for (const file of files.functions) await writeFile(join(root, 'functions', file), '');
  for (const [file, text] of Object.entries(files.services)) await writeFile(join(root, 'services', file), text);
  return { functions: pathToFileURL(join(root, 'functions/')), services: pathToFileURL(join(root, 'services/')) };
}

const faultsOf = async (given: Parameters<typeof places>[0]) =>
  loadCatalog(await places(given)).then(
    () => [],
    (error: unknown) => (error instanceof InvalidOptionsError ? error.faults : [error]),
  );

describe('the catalog', () => {
  it("holds the project's services in the order of their names", async () => {
    const catalog = await loadCatalog();

    const names = catalog.map(({ service }) => service.name);
    expect(names).toEqual(expect.arrayContaining(['check-endpoints', 'mark-late-runs']));
    expect(names).toEqual(names.toSorted());
    for (const { service, functionFile } of catalog) {
      expect(functionFile).toBe(fileURLToPath(new URL(`../../functions/${service.name}.ts`, import.meta.url)));
    }
  });

  it('finds a service by its file, whatever its export is called, beside whatever else lies there', async () => {
    const given = {
      functions: ['sweep.ts', 'README.md'],
      services: { 'sweep.ts': `${defining('sweep')}export const limit = 3;\n`, 'sweep-settings.ts': 'export {};\n' },
    };
    const at = await places(given);

    expect(await loadCatalog(at)).toMatchObject([
      {
        service: { name: 'sweep', policy: { interval: 300_000 } },
        functionFile: fileURLToPath(`${at.functions}sweep.ts`),
      },
    ]);
  });

  it('leaves out a service that has no function', async () => {
    expect(await loadCatalog(await places({ functions: [], services: { 'sweep.ts': defining('sweep') } }))).toEqual([]);
  });

  it('refuses a function without a service, and one whose service goes by another name, all at once', async () => {
    const faults = await faultsOf({
      functions: ['gone.ts', 'empty.ts', 'renamed.ts', 'sweep.ts'],
      services: {
        'empty.ts': 'export const answer = 42;\n',
        'renamed.ts': defining('former'),
        'sweep.ts': defining('sweep'),
      },
    });

    expect(faults).toEqual([
      "functions/empty.ts: expected lib/services/empty.ts to export a service named 'empty', got no service",
      "functions/gone.ts: expected lib/services/gone.ts to export a service named 'gone', got no such file",
      "functions/renamed.ts: expected lib/services/renamed.ts to export a service named 'renamed', got 'former'",
    ]);
  });

  it('names why a service cannot be loaded', async () => {
    const faults = await faultsOf({
      functions: ['broken.ts', 'Shouted.ts'],
      services: { 'broken.ts': "throw new Error('no table');\n", 'Shouted.ts': defining('Shouted') },
    });

    expect(faults).toEqual([
      "functions/Shouted.ts: expected lib/services/Shouted.ts to export a service named 'Shouted', got service 'Shouted': name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'Shouted'",
      "functions/broken.ts: expected lib/services/broken.ts to export a service named 'broken', got no table",
    ]);
  });

  it('read with its faults, holds every service that can be loaded beside those that can not', async () => {
    const content = await readCatalog(
      await places({
        functions: ['broken.ts', 'gone.ts', 'sweep.ts'],
        services: { 'broken.ts': "throw new Error('no table');\n", 'sweep.ts': defining('sweep') },
      }),
    );

    expect(content.entries.map(({ service }) => service.name)).toEqual(['sweep']);
    expect(content.faults).toEqual([
      {
        name: 'broken',
        text: "functions/broken.ts: expected lib/services/broken.ts to export a service named 'broken', got no table",
      },
      {
        name: 'gone',
        text: "functions/gone.ts: expected lib/services/gone.ts to export a service named 'gone', got no such file",
      },
    ]);
    expect(content.unserved).toEqual([]);
  });

  it('read with its faults, names service files that nothing serves, and no parts of other services', async () => {
    const { entries, faults, unserved } = await readCatalog(
      await places({
        functions: ['sweep.ts'],
        services: {
          'sweep.ts': defining('sweep'),
          'sweep-parts.ts': 'export const limit = 3;\n',
          'all.ts': "export * from './sweep.ts';\n",
          'forgotten.ts': defining('forgotten'),
          'half.ts': "import './missing.ts';\n",
          'notes.md': 'none',
        },
      }),
    );

    expect([entries.length, faults]).toEqual([1, []]);
    expect(unserved.map(({ text }) => text)).toEqual([
      "lib/services/forgotten.ts exports 'forgotten': nothing runs it, since there is no functions/forgotten.ts",
      expect.stringMatching(
        /^lib\/services\/half\.ts can't be loaded \(.*missing.*\): nothing runs it, since there is no functions\/half\.ts$/s,
      ),
    ]);
  });

  it("names no fault in the project's own files", async () => {
    expect(await readCatalog()).toMatchObject({ faults: [], unserved: [] });
  });
});
