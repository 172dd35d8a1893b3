/** A command whose output can't be written. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { reportOutputLoss } from '../../lib/cli/output.ts';

const failure = (code: string) => Object.assign(new Error('write'), { code });

test.each(['EPIPE', 'EIO'])('a reader that has gone (%s) ends the services in order, shown in one line', (code) => {
  const stdout = new EventEmitter();
  const shown: string[] = [];
  reportOutputLoss({ onReaderGone: () => shown.push('begin'), show: (line) => shown.push(line) }, { stdout });

  stdout.on('error', () => {});
  stdout.emit('error', failure(code));
  stdout.emit('error', failure(code));

  expect(shown).toEqual([
    `start: the output can't be written (${code}); runs under way may finish, then it ends`,
    'begin',
  ]);
});

test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('a file that is full (%s) ends no service', (code) => {
  const stdout = new EventEmitter();
  const shown: string[] = [];
  reportOutputLoss({ onReaderGone: () => shown.push('begin'), show: (line) => shown.push(line) }, { stdout });

  stdout.on('error', () => {});
  stdout.emit('error', failure(code));
  stdout.emit('error', failure(code));

  expect(shown).toEqual([`start: the output can't be written (${code}); services go on, it is lost`]);
});
