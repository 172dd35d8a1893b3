/** A command whose output can't be written. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { outliveOutput, reportOutputLoss } from '../../lib/cli/output.ts';

function streams() {
  return { stdout: new EventEmitter(), stderr: new EventEmitter() };
}

const failure = (code: string) => Object.assign(new Error('write'), { code });

test('a command outlives every failed write to its output', () => {
  const { stdout, stderr } = streams();
  expect(() => stdout.emit('error', failure('EPIPE'))).toThrow('write');

  outliveOutput({ stdout, stderr });

  for (const stream of [stdout, stderr]) stream.emit('error', failure('EPIPE'));
  for (const stream of [stdout, stderr]) stream.emit('error', failure('ENOSPC'));
});

test.each(['EPIPE', 'EIO'])('a reader that has gone (%s) ends the services in order, shown in one line', (code) => {
  const { stdout, stderr } = streams();
  const shown: string[] = [];
  outliveOutput({ stdout, stderr });
  reportOutputLoss({ onReaderGone: () => shown.push('begin'), show: (line) => shown.push(line) }, { stdout });

  stdout.emit('error', failure(code));
  stdout.emit('error', failure(code));

  expect(shown).toEqual([
    `start: the output can't be written (${code}); runs under way may finish, then it ends`,
    'begin',
  ]);
});

test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('a file that is full (%s) ends no service', (code) => {
  const { stdout } = streams();
  const shown: string[] = [];
  reportOutputLoss({ onReaderGone: () => shown.push('begin'), show: (line) => shown.push(line) }, { stdout });

  stdout.on('error', () => {});
  stdout.emit('error', failure(code));
  stdout.emit('error', failure(code));

  expect(shown).toEqual([`start: the output can't be written (${code}); services go on, it is lost`]);
});
