/**
 * A run of the fault suite that would play nothing, or another script than was asked for, is refused: it would find
 * nothing.
 */
import { expect, test } from 'vitest';
import { runScript } from '../support/process.ts';

test.each([
  ['no rounds', ['--rounds', '0'], 'expected a whole number from 1'],
  ['fewer interleavings than none', ['--interleavings', '-5'], 'expected a whole number from 1'],
  ['a seed that is none', ['--part', 'sim', '--seed', ''], 'expected a whole number'],
  ['a path without its seed', ['--part', 'sim', '--path', '3'], '--path takes --part sim and the --seed'],
  [
    'a path of another part',
    ['--part', 'wire', '--seed', '3', '--path', '3'],
    '--path takes --part sim and the --seed',
  ],
  [
    'a path of the part of things thrown',
    ['--part', 'thrown', '--seed', '3', '--path', '3'],
    '--path takes --part sim and the --seed',
  ],
])('the fault suite refuses %s', async (_what, args, reported) => {
  const { code, lines } = await runScript('test/faults/command.ts', args);

  expect(code).toBe(1);
  expect(lines.join('\n')).toContain(reported);
});
