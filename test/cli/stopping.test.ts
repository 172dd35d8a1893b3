import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { stopOnSignal } from '../../lib/cli/stopping.ts';
import { fakeClock } from '../../lib/testing/index.ts';

/** A command under way, on a clock and with signals of its own. */
function underWay() {
  const clock = fakeClock(0, { mode: 'manual' });
  let back = 0;
  const source = new EventEmitter();
  const shown: string[] = [];
  const { closing, stop, begin } = stopOnSignal((line) => shown.push(line), {
    clock: { now: () => clock.now() - back, sleep: clock.sleep },
    source,
    leave: () => shown.push('left'),
  });
  closing.addEventListener('abort', () => shown.push('closing'));
  stop.addEventListener('abort', () => shown.push('stop'));
  return { clock, source, shown, begin, setBack: (ms: number) => (back += ms) };
}

const FINISH = ['stopping: runs under way may finish', 'closing'];
const YIELD = ['stopping: runs under way are asked to yield', 'stop'];
const LEAVE = ['a run does not yield; the next tick counts it as crashed', 'left'];

test('a signal lets runs finish for five seconds, and asks them to yield for five more; then the command leaves', async () => {
  const { clock, source, shown } = underWay();
  await clock.advance(1_000);
  expect(shown).toEqual([]);

  source.emit('SIGTERM');
  await clock.advance(4_999);
  expect(shown).toEqual(FINISH);
  await clock.advance(1);
  expect(shown).toEqual([...FINISH, ...YIELD]);
  await clock.advance(4_999);
  expect(shown).toEqual([...FINISH, ...YIELD]);
  await clock.advance(1);
  expect(shown).toEqual([...FINISH, ...YIELD, ...LEAVE]);
});

test('a terminal that is closed stops as a signal does, and so does the command itself when it begins to stop', async () => {
  const closed = underWay();
  closed.source.emit('SIGHUP');
  const begun = underWay();
  begun.begin();
  begun.begin();

  expect([closed.shown, begun.shown]).toEqual([FINISH, FINISH]);
});

test('a second signal counts although the clock was set back in between', async () => {
  const { clock, source, shown, setBack } = underWay();
  source.emit('SIGINT');
  await clock.advance(1_000);
  setBack(3_600_000);
  source.emit('SIGINT');
  await clock.advance(0);

  expect(shown).toEqual([...FINISH, ...YIELD]);
});

test('a signal that npm passes on besides the terminal is no second one', async () => {
  const { clock, source, shown } = underWay();
  source.emit('SIGINT');
  await clock.advance(400);
  source.emit('SIGINT');
  await clock.advance(400);
  source.emit('SIGTERM');
  await clock.advance(3_000);

  expect(shown).toEqual(FINISH);
});

test('a second signal asks runs to yield at once, and a third changes nothing', async () => {
  const { clock, source, shown } = underWay();
  source.emit('SIGINT');
  await clock.advance(600);
  source.emit('SIGINT');
  await clock.advance(0);
  expect(shown).toEqual([...FINISH, ...YIELD]);

  await clock.advance(1_000);
  source.emit('SIGINT');
  await clock.advance(3_999);
  expect(shown).toEqual([...FINISH, ...YIELD]);
  await clock.advance(1);
  expect(shown.slice(-2)).toEqual(LEAVE);
});
