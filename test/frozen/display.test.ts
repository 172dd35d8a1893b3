/** What `npm start` shows, line by line, of the lines that a function really writes; and what it says of flow runs. */
import { expect, test } from 'vitest';
import { readLogLine, shownAs } from '../../lib/local/index.ts';
import { crashAtNoon, freeze, logLines, onLambda } from './kit.ts';

freeze();

/** What is shown of the lines that were written. */
function shown(): string[] {
  return logLines().flatMap((line) => shownAs(readLogLine(JSON.stringify(line))));
}

test('a service that fails, trips, skips, recovers and halts is shown like this', async () => {
  const { tick, raisedBy } = onLambda({ script: 'FFSX', restartAfter: 'never' });
  for (const time of ['12:01', '12:02', '12:03', '12:04']) await tick(time);
  await raisedBy('12:05');
  await tick('12:06');
  expect(shown()).toEqual([
    '12:01:02  sync                            failed               250ms  streak 1      next 12:02:00',
    '    ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9',
    '12:02:02  sync                            failed               250ms  streak 2      next 12:04:00',
    '    ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9',
    '    Failed the last 2 attempts. Please check your environment and configuration.',
    '    Examples of recent errors:',
    '    Error: connect ECONNREFUSED 127.0.0.1:9',
    '      at ...',
    '    Backing off due to consecutive errors, using increased interval of 120s.',
    '12:03:02  sync                            skipped: backoff            streak 2      next 12:04:00',
    '12:04:02  sync                            succeeded            250ms  streak 0      next 12:05:00',
    '    Resetting backoff due to successful run.',
    '12:05:02  sync                            fatal                250ms  streak 0      next: by hand',
    '    TypeError: rows is not iterable',
    '12:06:02  sync                            skipped: halted             streak 0      next: by hand',
  ]);
});

test('a service whose run died, that is paused, run by hand and given a tick twice is shown like this', async () => {
  const kit = onLambda();
  await crashAtNoon(kit);
  await kit.tick('12:01');
  await kit.tick('12:01');
  await kit.invoke({ action: 'pause', reason: 'moving', by: 'ada' });
  await kit.tick('12:02');
  await kit.invoke({ action: 'run-once', force: true });
  expect(shown()).toEqual([
    '    run 1 of sync died; it is counted as crashed',
    '12:01:02  sync                            succeeded            250ms  streak 0      next 12:02:00',
    '12:01:02  sync                            skipped: duplicate          streak 0      next 12:02:00',
    '12:02:02  sync                            skipped: paused             streak 0      next: by hand',
    '12:02:02  sync                            succeeded            250ms  streak 0      next: by hand',
  ]);
});
