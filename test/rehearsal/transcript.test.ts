/** The transcript: what is written down is the same from run to run. */
import { expect, test } from 'vitest';
import { document } from './document.ts';
import { newTranscript, rendered } from './transcript.ts';

test('steps are printed as they come, and rendered as a table for each section', () => {
  const lines: string[] = [];
  const transcript = newTranscript({ report: (line) => lines.push(line) });
  transcript.section('A halt', 'What is fatal halts.');
  transcript.step('tick 7', { disposition: 'ran', stays: ['halt'], fence: 7 });
  transcript.step('the queue', 'one message');

  expect(lines).toEqual(['\nA halt', '  tick 7: disposition ran, stays ["halt"], fence 7', '  the queue: one message']);
  expect(transcript.current()).toBe('A halt');
  expect(rendered(transcript)).toBe(
    [
      '## A halt',
      '',
      'What is fatal halts.',
      '',
      '| asked | answered |',
      '|---|---|',
      '| tick 7 | disposition ran, stays ["halt"], fence 7 |',
      '| the queue | one message |',
    ].join('\n'),
  );
});

test('values that differ from run to run are replaced by their symbols, and instants by none in particular', () => {
  const transcript = newTranscript({ symbols: new Map([['http://127.0.0.1:40123/', 'http://its-server/']]) });
  transcript.section('A', 'b');
  transcript.step(
    'status',
    'GET http://127.0.0.1:40123/ answered 404 at 2026-11-22T05:40:39.736Z, due 2026-11-22T06:00:00Z',
  );

  expect(transcript.sections()[0]?.steps).toEqual([
    { asked: 'status', answered: 'GET http://its-server/ answered 404 at INSTANT, due INSTANT' },
  ]);
});

test('nothing in a step ends its cell', () => {
  const transcript = newTranscript();
  transcript.section('A', 'b');
  transcript.step('a | b', 'one\ntwo');

  expect(rendered(transcript)).toContain('| a \\| b | one two |');
});

test('the document lists what the emulator can not do before the transcript', () => {
  const transcript = newTranscript();
  transcript.section('A healthy tick', 'b');
  const text = document(transcript);

  expect(text).toMatch(/^# The deploy, rehearsed\n/);
  expect(text).toContain("| AWS::Logs::QueryDefinition | can't be made |");
  expect(text).toContain('| AWS::DynamoDB::Table `TimeToLiveSpecification` | not kept |');
  expect(text.indexOf('## A healthy tick')).toBeGreaterThan(text.indexOf('## What the emulator can not do'));
});
