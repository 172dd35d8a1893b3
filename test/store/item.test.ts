/** The hot item: what is written comes back as it was, what others wrote stays. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyRun,
  fillPolicy,
  NEVER_RUN,
  type Outcome,
  type RunEntry,
  type ServiceState,
} from '../../lib/rules/index.ts';
import { readItem } from '../../lib/store/item/state-item.ts';
import { useDatabase } from '../support/use-database.ts';
import { itemOf, putItem, storedItem } from './items.ts';

const database = useDatabase();

const instant = fc.integer({ min: 0, max: 9_999_999_999_999 });
const count = fc.nat({ max: 2 ** 31 - 1 });
const run: fc.Arbitrary<RunEntry> = fc.record({
  outcome: fc.constantFrom('succeeded', 'failed', 'fatal', 'timed-out', 'crashed'),
  at: instant,
  durationMs: fc.nat(),
  manual: fc.boolean(),
});
const trackRecord = fc
  .array(fc.boolean(), { maxLength: 64 })
  // A record without a failure says what no record says.
  .map((outcomes) => (outcomes.includes(false) ? outcomes : []));
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const state = fc
  .record(
    {
      fence: count,
      countedUpTo: count,
      epoch: count,
      lease: fc.record({ owner: text, until: instant, tick: instant }, { requiredKeys: ['owner', 'until'] }),
      lastTick: instant,
      lastSuccess: instant,
      notBefore: instant,
      notBeforeBuild: text,
      halt: fc.record({ at: instant, until: instant, build: text, cause: text }, { requiredKeys: ['at', 'cause'] }),
      pause: fc.record(
        { at: instant, until: instant, reason: text, by: text },
        { requiredKeys: ['at', 'reason', 'by'] },
      ),
      trackRecord,
      backoffCount: count,
      streak: count,
      failuresAfter: count,
      runs: fc.array(run, { maxLength: 20 }),
      cursor: text,
    },
    {
      requiredKeys: ['fence', 'countedUpTo', 'epoch', 'trackRecord', 'backoffCount', 'streak', 'failuresAfter', 'runs'],
    },
  )
  // What can't overtake hasn't: no counted run is newer than the newest, no tick that ran newer than the mark.
  // No build has set a mark that isn't there.
  .map(({ notBeforeBuild, ...drawn }) =>
    drawn.notBefore === undefined || notBeforeBuild === undefined ? drawn : { ...drawn, notBeforeBuild },
  )
  .map((drawn) => ({
    ...drawn,
    fence: Math.max(drawn.fence, drawn.countedUpTo, drawn.failuresAfter),
    ...(drawn.runs.length === 0 ? {} : { lastTick: Math.max(...drawn.runs.map(({ at }) => at)) }),
  })) as fc.Arbitrary<ServiceState>;

const asked = (service: string) => ({
  service,
  tick: { kind: 'scheduled', scheduledFor: 1_760_000_400_000 } as const,
  now: 1_760_000_400_005,
  build: 'b1',
  owner: 'ours',
  leaseUntil: 1_760_000_455_000,
});

describe('The hot item', () => {
  it('gives any state back as it was written', () => {
    fc.assert(
      fc.property(state, (before) => {
        expect(readItem('s', itemOf('s', before))).toEqual(before);
      }),
    );
  });

  it('can hold whatever a run leaves behind: no odd interval, Retry-After or restart makes an instant that is not whole', () => {
    const outcome = fc.constantFrom('succeeded', 'failed', 'fatal', 'timed-out', 'crashed');
    const ended = fc.record({
      kind: outcome,
      retryAfter: fc.double({ min: 0.1, max: 9e7, noNaN: true }),
      length: fc.nat(),
    });
    const failure = { at: 0, errorClass: 'E', message: 'm', text: 't' };
    const policy = fillPolicy({
      interval: 61_001,
      consecutive: 2,
      backoff: 3,
      restartAfter: '1.001s',
      maxInterval: '1.001h',
    });
    const schedule = { interval: 61_001, cron: '0/5 * * * ? *', timezone: 'UTC' };
    fc.assert(
      fc.property(fc.array(ended, { maxLength: 12 }), (runs) => {
        let before: ServiceState = { ...NEVER_RUN, fence: 1, countedUpTo: 1 };
        for (const [index, { kind, retryAfter, length }] of runs.entries()) {
          const at = 1_760_000_400_000 + index * 61_001;
          const ran = { fence: index, at, due: at, endedAt: at + length, durationMs: length, manual: false };
          const done =
            kind === 'succeeded' ? { kind } : kind === 'failed' ? { kind, retryAfter, failure } : { kind, failure };
          const settled = applyRun({ service: 's', policy, schedule, build: 'b1' }, before, [], {
            ...ran,
            outcome: done as Outcome,
          });
          before = { ...settled.state, fence: index + 1, countedUpTo: index + 1, lastTick: at };
          const { trackRecord: _all, ...others } = before;
          expect(readItem('s', itemOf('s', before))).toMatchObject(others);
        }
      }),
    );
  });

  it('is flat: text and whole numbers, nothing empty but text', () => {
    fc.assert(
      fc.property(state, (before) => {
        const values = Object.values(itemOf('s', before)).filter((value) => value !== undefined);
        expect(values.every((value) => typeof value === 'string' || Number.isSafeInteger(value))).toBe(true);
      }),
    );
  });

  it('keeps what a newer writer added, through acquire, commit, release, pause and resume', async () => {
    const { store } = database;
    await putItem(database, { pk: 's', sk: 'STATE', v: 1, fence: 3, done: 3, mood: 'fine', more: { of: ['it'] } });

    for (const end of ['commit', 'release'] as const) {
      const answer = await store.acquire(asked('s'));
      if (!answer.granted) throw new Error(`expected the lease to be granted, got ${answer.reason}`);
      if (end === 'commit') await store.commit(answer.claim, answer.state);
      else await store.release(answer.claim);
    }
    await store.pause('s', { at: 1, reason: 'r', by: 'b' });
    await store.resume('s');

    expect(await storedItem(database, 's')).toMatchObject({ fence: 5, done: 5, mood: 'fine', more: { of: ['it'] } });
  });

  it('has an attribute removed that the new state does not have: no NULL is ever written', async () => {
    const { store } = database;
    const first = await store.acquire(asked('removed'));
    if (!first.granted) throw new Error('expected the lease to be granted');
    await store.commit(first.claim, { ...first.state, notBefore: 7, cursor: 'c', streak: 1, trackRecord: [false] });
    const second = await store.acquire({ ...asked('removed'), owner: 'ours again' });
    if (!second.granted) throw new Error('expected the lease to be granted');
    await store.commit(second.claim, first.state);

    expect(await storedItem(database, 'removed')).toEqual({ pk: 'removed', sk: 'STATE', v: 1, fence: 2, done: 2 });
  });
});
