/** How values of Tickover's own classes are recognised, since a process can contain two copies of each class. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

const FOLDERS = ['lib', 'infra', 'functions', 'bench'];

const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.(ts|mjs|cjs)$/.test(file))
    .map((file) => ({ file: join(folder, file), code: readFileSync(join(ROOT, folder, file), 'utf8') })),
);

const OWN_CLASSES = new Set(
  SOURCES.flatMap(({ code }) => [...code.matchAll(/\bclass (\w+)/g)].map(([, name]) => name)),
);

function instancesIn(code: string): (string | undefined)[] {
  return [...code.matchAll(/\binstanceof (\w+)/g)].map(([, name]) => name).filter((name) => OWN_CLASSES.has(name));
}

describe('A value of a class of ours', () => {
  test('is recognised by its brand and code, never with instanceof', () => {
    const offences = SOURCES.flatMap(({ file, code }) => instancesIn(code).map((name) => `${file}: ${name}`));

    expect(OWN_CLASSES.size).toBeGreaterThan(30);
    expect(offences).toEqual([]);
  });

  test('would be caught if it were recognised with instanceof', () => {
    expect(instancesIn('if (error instanceof LeaseLostError || error instanceof Error) throw error;')).toEqual([
      'LeaseLostError',
    ]);
  });

  test('has the brand if it is an error: its class is derived from TickoverError, or names the brand itself', () => {
    const bare = SOURCES.flatMap(({ file, code }) =>
      [...code.matchAll(/class (\w+Error) extends (?:Error|AggregateError)\b([\s\S]*?)\n\}/g)]
        .filter(
          ([, , body = '']) => !body.includes('get [ERROR_BRAND]') && !body.includes("Symbol.for('tickover.error')"),
        )
        .map(([, name]) => `${file}: ${name}`),
    );

    expect(bare).toEqual([]);
  });

  test('has a code if it is an error', () => {
    const without = SOURCES.flatMap(({ file, code }) =>
      [...code.matchAll(/class (\w+Error) extends \w*Error([\s\S]*?)\n\}/g)]
        .filter(([, name, body = '']) => name !== 'TickoverError' && !/readonly code\b/.test(body))
        .map(([, name]) => `${file}: ${name}`),
    );

    expect(without).toEqual([]);
  });
});
