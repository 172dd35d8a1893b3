/** What is masked already isn't masked again: it goes to the log for our own values. */
import { expect, it } from 'vitest';
import type { Log } from '../../lib/service/index.ts';
import { keptLog } from '../support/loop-kit.ts';
import { functionUnderTest } from './kit.ts';

it('a report, a pause and a resume go to the log for our own values, a line of the workload to the other one', async () => {
  const [log, ownLog] = [keptLog(), keptLog()];
  const workload = async ({ log: given }: { log: Log }) => {
    given.warn('a row is skipped');
    throw Object.assign(new Error('password=hunter2-hunter2'), { code: 'ECONNREFUSED' });
  };
  const { tick, invoke } = functionUnderTest({ workload, ports: { log, ownLog } });
  await tick('12:01');
  await tick('12:02');
  await invoke({ action: 'pause', reason: 'password=hunter2-hunter2', by: 'ada' });
  await invoke({ action: 'resume' });

  expect(log.of('warn')).toEqual(['a row is skipped', 'a row is skipped']);
  expect(log.of('info')).toEqual([]);
  expect(ownLog.of('warn').filter((line) => line !== 'tick')).toEqual([
    'Failed the last 2 attempts. Please check your environment and configuration.',
    'Examples of recent errors:',
    expect.stringMatching(/^Error: password=\*\*\* \(ECONNREFUSED\)/),
    'Backing off due to consecutive errors, using increased interval of 120s.',
  ]);
  expect(ownLog.lines.filter(({ level }) => level === 'info')).toMatchObject([
    { message: 'service paused', fields: { reason: 'password=***', by: 'ada' } },
    { message: 'service resumed', fields: { ended: { pause: 'password=***' } } },
  ]);
});
