/**
 * The queries ask for fields that the log has: each of them stands at the top level of a line that a function really
 * writes.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { lastFailures, QUESTIONS, queryText, SKIPS, whatHappened } from '../../../infra/constructs/log-queries.ts';
import { serviceLog } from '../../../lib/lambda/index.ts';
import { tickLog } from '../../../lib/lambda/log.ts';
import { fillPolicy } from '../../../lib/rules/index.ts';
import { functionUnderTest, NOON } from '../../lambda/kit.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is written to standard output while the work is done, line by line. */
async function linesOf(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  await work();
  vi.restoreAllMocks();
  return written
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A run that succeeds, one that fails, one that halts the service, a tick skipped for that, and a crash. */
async function tickEvent(): Promise<void> {
  const observer = tickLog(serviceLog('sync'), fillPolicy({ interval: '1m', consecutive: 2 }));
  const { tick } = functionUnderTest({ script: 'SFX', ports: { observers: [observer] } });
  await tick('12:01');
  await tick('12:02');
  await tick('12:03').catch(() => {});
  await tick('12:04');
  observer.runCrashed?.({ service: 'sync', fence: 7, bookedAt: NOON, streak: 3, halted: false });
}

const WORDS = [
  'fields',
  'filter',
  'sort',
  'limit',
  'display',
  'stats',
  'count',
  'avg',
  'pct',
  'max',
  'as',
  'by',
  'desc',
  'and',
  'or',
  'in',
  'ispresent',
];

/** The names in a query that are neither words of the language nor made by it. */
function fieldsIn(query: readonly string[]): string[] {
  const text = queryText(query).replaceAll(/"[^"]*"/g, '');
  const made = [...text.matchAll(/\bas (\w+)/g)].map(([, name = '']) => name);
  const names = [...text.matchAll(/(?<!@)\b[a-zA-Z]\w*/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !WORDS.includes(name) && !made.includes(name));
}

describe('the queries', () => {
  const all = [lastFailures(10), SKIPS, whatHappened('sync'), ...Object.values(QUESTIONS)];

  test('name only fields of the lines that a function writes', async () => {
    const lines = await linesOf(tickEvent);
    const known = new Set(lines.flatMap((line) => Object.keys(line)));

    expect(lines.map(({ message }) => message)).toEqual(['tick', 'tick', 'tick', 'tick', 'run crashed']);
    expect(all.flatMap(fieldsIn).length).toBeGreaterThan(30);
    expect(all.flatMap(fieldsIn).filter((field) => !known.has(field))).toEqual([]);
  });

  test('find what they look for: failures carry a class, halts a verdict, skips a reason', async () => {
    const [ran, failed, halted, skipped] = await linesOf(tickEvent);

    expect(ran).not.toHaveProperty('errorClass');
    expect(failed).toMatchObject({
      service: 'sync',
      outcome: 'failed',
      errorClass: 'ECONNREFUSED',
      errorText: expect.any(String),
    });
    expect(halted).toMatchObject({ outcome: 'fatal', verdict: 'halted', haltCause: expect.any(String) });
    expect(skipped).toMatchObject({ disposition: 'skipped', reason: 'halted' });
  });
});
