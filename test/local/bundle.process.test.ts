import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../lib/local/functions/bundle.ts';
import { manySlots } from './fixtures/many-slots.ts';
import { wayward } from './fixtures/wayward.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const first = { service: wayward, source: { entry: file('./fixtures/wayward.ts') } };
const second = { service: manySlots, source: { entry: file('./fixtures/many-slots.ts') } };
const missing = { service: { ...wayward, name: 'missing' }, source: { entry: file('./fixtures/missing.ts') } };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-bundle-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const buildsOf = (bundles: Awaited<ReturnType<typeof bundleFunctions>>) =>
  bundles.map((bundle) => (bundle instanceof Error ? 'none' : bundle.build));

test('functions bundled together share their code, and have the builds that they have alone', async () => {
  const together = buildsOf(await bundleFunctions([first, second], join(directory, 'together')));
  const alone = [
    ...buildsOf(await bundleFunctions([first], join(directory, 'first'))),
    ...buildsOf(await bundleFunctions([second], join(directory, 'second'))),
  ];

  expect(together).toEqual(alone);
  expect(new Set(together).size).toBe(2);
  const names = await readdir(join(directory, 'together'));
  const codeOf = async (name: string) => (await stat(join(directory, 'together', name))).size;
  expect(names.filter((name) => /^shared\..*\.mjs$/.test(name))).not.toEqual([]);
  expect(await codeOf('wayward.code.mjs')).toBeLessThan(50_000);
});

test('bundles are minified, and their source maps are outside of the code', async () => {
  const path = join(directory, 'together');
  for (const name of (await readdir(path)).filter((found) => /^(shared|.*\.code)\b.*\.mjs$/.test(found))) {
    const code = await readFile(join(path, name), 'utf8');
    expect(code).not.toContain('sourceMappingURL=data:');
    expect(await readdir(path)).toContain(`${name}.map`);
  }
});

test('a function that can not be bundled is an error of its own and takes no other down', async () => {
  const bundles = await bundleFunctions([first, missing, second], join(directory, 'broken'));

  expect(bundles.map((bundle) => bundle instanceof Error)).toEqual([false, true, false]);
  expect(String(bundles[1])).toContain('missing.ts');
});

test('a function has the same build id alone and beside others that import more of the same files', async () => {
  await writeFile(join(directory, 'parts.ts'), 'export const one = 1;\nexport const two = { value: () => 2 };\n');
  const entries = await Promise.all(
    [
      ['single', 'one'],
      ['double', 'two'],
    ].map(async ([name = '', part]) => {
      const entry = join(directory, `${name}.ts`);
      await writeFile(entry, `import { ${part} } from './parts.ts';\nexport const handler = async () => ${part};\n`);
      return { service: { ...wayward, name }, source: { entry } };
    }),
  );
  const together = buildsOf(await bundleFunctions(entries, join(directory, 'together')));

  for (const [index, entry] of entries.entries()) {
    const alone = buildsOf(await bundleFunctions([entry], join(directory, `alone-${index}`)));
    expect(alone).toEqual([together[index]]);
  }
});

test('a build id is of the code that was bundled, though its file is written again meanwhile', async () => {
  const source = join(directory, 'rewritten.ts');
  const entry = { service: { ...wayward, name: 'rewritten' }, source: { entry: source } };
  const place = join(directory, 'rewritten');
  const text = (n: number) => `export const handler = async () => 'version-${n}-';\n`;
  // A rename, so that no build reads half of a file.
  const write = async (n: number) => {
    await writeFile(`${source}.new`, text(n));
    await rename(`${source}.new`, source);
  };
  let isOver = false;
  await write(0);
  const building = bundleFunctions([entry], place).finally(() => {
    isOver = true;
  });
  for (let n = 1; !isOver; n++) {
    await write(n);
    await setImmediate();
  }
  const [build] = buildsOf(await building);
  const [, bundled] = /version-(\d+)-/.exec(await readFile(join(place, 'rewritten.code.mjs'), 'utf8')) ?? [];

  await write(Number(bundled));
  expect(buildsOf(await bundleFunctions([entry], join(directory, 'again')))).toEqual([build]);
});

test('a build id changes with the code, and neither with its formatting nor with comments', async () => {
  const source = join(directory, 'formatted.ts');
  const entry = { service: { ...wayward, name: 'formatted' }, source: { entry: source } };
  const buildOf = async (text: string) => {
    await writeFile(source, text);
    return buildsOf(await bundleFunctions([entry], join(directory, 'formatted')))[0];
  };
  const build = await buildOf('export const handler = async (given: number) => given + 1;\n');

  expect(
    await buildOf('/** What it is. */\nexport const handler =\n  async (given: number) => (given + 1) // more\n'),
  ).toBe(build);
  expect(await buildOf('/*! A licence. */ export const handler = async (it: number) => it + 1;')).toBe(build);
  expect(await buildOf('export const handler = async (given: number) => given + 2;\n')).not.toBe(build);
});
