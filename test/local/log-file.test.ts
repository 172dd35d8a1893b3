import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logKeeper } from '../../lib/local/display/log-file.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-log-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the log file', () => {
  test('keeps lines in order, behind those of an earlier process', async () => {
    const file = join(directory, 'deep', 'log.jsonl');
    logKeeper(file, expect.unreachable)('first');
    logKeeper(file, expect.unreachable)('second');

    expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
  });

  test('has nothing that would steer the terminal of its reader, and JSON as the same data', async () => {
    const file = join(directory, 'log.jsonl');
    const keep = logKeeper(file, expect.unreachable);
    const line = JSON.stringify({ message: 'a\u009b31m \u202e\u001b[2J' });
    keep(line);
    keep('printed \u001b[2J by a workload\r');

    const text = await readFile(file, 'utf8');
    expect(text.split('\n')[0]).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual(JSON.parse(line));
    expect(text.split('\n').slice(1)).toEqual(['printed \\u001b[2J by a workload\\u000d', '']);
  });

  test('becomes the older one when it is full, and replaces that', async () => {
    const file = join(directory, 'log.jsonl');
    await writeFile(file, '12345678\n');
    const keep = logKeeper(file, expect.unreachable, 10);
    for (const line of ['a', 'bbbbbbbbb', 'c']) keep(line);

    expect(await readFile(file, 'utf8')).toBe('c\n');
    expect(await readFile(`${file}.old`, 'utf8')).toBe('bbbbbbbbb\n');
  });

  test('is left as it is by a process that thinks it full after another has made it the older one', async () => {
    const file = join(directory, 'log.jsonl');
    await writeFile(file, '12345678\n');
    const one = logKeeper(file, expect.unreachable, 10);
    const other = logKeeper(file, expect.unreachable, 10);
    one('a');
    other('b');
    one('c');

    expect(await readFile(file, 'utf8')).toBe('b\nc\n');
    expect(await readFile(`${file}.old`, 'utf8')).toBe('12345678\na\n');
  });

  test('a log file that cannot be written is reported once, and no more than that', async () => {
    const file = join(directory, 'a file', 'log.jsonl');
    await writeFile(join(directory, 'a file'), '');
    const shown: string[] = [];
    const keep = logKeeper(file, (line) => shown.push(line));
    keep('lost');
    keep('lost too');

    expect(shown).toEqual([expect.stringContaining("can't be written")]);
  });
});
