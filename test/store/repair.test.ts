/** What a repair would change: only what is damaged, to what is careful, and the result can be read. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readItem } from '../../lib/store/item/state-item.ts';
import type { Item } from '../../lib/store/item/validate-item.ts';
import { changesFor, describeChange } from '../../lib/store/repair/changes.ts';
import { DUE, damages, SOUND } from '../faults/state/damages.ts';

const NOW = DUE + 5;
const NO_RECORDS = { now: NOW, highestRecorded: 0 };
/** No run is under way. */
const { leaseOwner: _owner, leaseUntil: _until, leaseTick: _tick, ...IDLE } = SOUND;

function changed(item: Item, evidence = NO_RECORDS): Record<string, unknown> {
  return Object.fromEntries(changesFor(item, evidence).map(({ attribute, to }) => [attribute, to]));
}

function repaired(item: Item, evidence = NO_RECORDS): Item {
  const entries = Object.entries({ ...item, ...changed(item, evidence) });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function withDamage(some: readonly { attribute: string; value: unknown }[]): Item {
  const item = { ...SOUND, ...Object.fromEntries(some.map(({ attribute, value }) => [attribute, value])) };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

describe('A repair', () => {
  it('changes nothing of a sound item', () => {
    expect(changesFor(SOUND, NO_RECORDS)).toEqual([]);
  });

  it('changes the one damaged attribute and the epoch, and tells why', () => {
    expect(changesFor({ ...SOUND, record: '1102' }, NO_RECORDS)).toEqual([
      {
        attribute: 'record',
        from: '1102',
        to: undefined,
        why: 'record: expected up to 64 of 0 and 1, got "1102"',
      },
      {
        attribute: 'epoch',
        from: 2,
        to: 3,
        why: 'it rises, so that a run under way takes notice of the repair',
      },
    ]);
  });

  it('makes any damage readable, keeps what is sound, and never lowers the fence', () => {
    const harmful = damages().filter(({ harmless }) => !harmless);
    const some = fc.uniqueArray(fc.constantFrom(...harmful), { selector: ({ attribute }) => attribute, minLength: 1 });
    fc.assert(
      fc.property(some, (drawn) => {
        const after = repaired(withDamage(drawn));
        const struck = drawn.map(({ attribute }) => attribute);
        expect(() => readItem('s', after, NOW)).not.toThrow();
        const untouched = ['cursor', 'streak', 'backoffCount', 'haltUntil', 'pauseReason', 'pauseUntil', 'haltBuild'];
        for (const attribute of untouched.filter((name) => !struck.includes(name))) {
          expect(after[attribute]).toEqual(SOUND[attribute]);
        }
        expect(after['fence']).toBeGreaterThanOrEqual(41);
      }),
      { numRuns: 500 },
    );
  });

  it('is over with the first: what it leaves is left alone', () => {
    for (const damage of damages().filter(({ harmless }) => !harmless)) {
      expect(changesFor(repaired(withDamage([damage])), NO_RECORDS)).toEqual([]);
    }
  });

  it('raises a lost fence above everything that tells of a run', () => {
    expect(changed({ ...IDLE, fence: '41' })).toEqual({ fence: 1_041, done: 1_041, epoch: 3 });
    expect(changed({ ...IDLE, fence: '500' })).toEqual({ fence: 1_500, done: 1_500, epoch: 3 });
    expect(changed({ ...IDLE, fence: null }, { now: NOW, highestRecorded: 77 })).toMatchObject({ fence: 1_077 });
  });

  it('puts the fence above a run for every second there was, where what was booked is lost as well', () => {
    const { fence: _fence, done: _done, ...rest } = IDLE;

    expect(changed(rest)).toEqual({ fence: 1_760_001_400, done: 1_760_001_400, epoch: 3 });
  });

  it('raises a fence that has fallen below what is booked, and lowers a mark that no service can have reached', () => {
    expect(changed({ ...IDLE, done: 60 })).toEqual({ fence: 1_060, done: 1_060, epoch: 3 });
    expect(changed({ ...IDLE, done: 1e14 })).toEqual({ done: 41, epoch: 3 });
  });

  it('books the run under the lease as crashed, and no other', () => {
    expect(changed({ ...SOUND, done: 'x' })).toEqual({ done: 40, epoch: 3 });
    expect(changed({ ...IDLE, done: 'x' })).toEqual({ done: 41, epoch: 3 });
  });

  it('gives a lease whose end is lost the longest that a lease can last', () => {
    expect(changed({ ...SOUND, leaseUntil: 'soon' })).toEqual({ leaseUntil: NOW + 1_800_000, epoch: 3 });
    expect(changed({ ...SOUND, leaseOwner: 7 })).toEqual({ leaseOwner: 'unknown', epoch: 3 });
  });

  it('has no tick run again that was due before', () => {
    expect(changed({ ...SOUND, lastTick: true })).toEqual({ lastTick: NOW, epoch: 3 });
    expect(changed({ ...SOUND, lastTick: 4_102_444_800_000 })).toEqual({ lastTick: NOW, epoch: 3 });
  });

  it('keeps a halt and a pause whose beginning is lost', () => {
    expect(changed({ ...SOUND, haltAt: 'x' })).toEqual({ haltAt: NOW, epoch: 3 });
    expect(changed({ ...SOUND, pauseAt: undefined })).toEqual({ pauseAt: NOW, epoch: 3 });
    expect(changed({ ...SOUND, haltUntil: 4_102_444_800_000 })).toEqual({ haltUntil: undefined, epoch: 3 });
  });

  it('keeps a halt and a pause of which nothing is left that can be read', () => {
    const { haltAt: _at, haltUntil: _until, haltBuild: _build, pauseAt: _pauseAt, ...rest } = SOUND;

    expect(changed({ ...rest, haltCause: 7, pauseReason: 7, pauseUntil: 'x', pauseBy: 7 })).toEqual({
      haltAt: NOW,
      haltCause: undefined,
      pauseAt: NOW,
      pauseReason: undefined,
      pauseUntil: undefined,
      pauseBy: undefined,
      epoch: 3,
    });
  });

  it('tells what stands in the item, also where another attribute was mended before', () => {
    const { done: _done, ...rest } = IDLE;

    expect(changesFor({ ...rest, fence: -7 }, NO_RECORDS).map(({ why }) => why)).toEqual([
      'fence: expected a count from 0, got -7',
      'done: expected a whole number, got undefined',
      'it rises, so that a run under way takes notice of the repair',
    ]);
  });

  it('keeps of the ring what can be read', () => {
    expect(changed({ ...SOUND, runs: 'S1.5 rubbish Fmgj6rdpc.5' })).toEqual({ runs: 'S1.5 Fmgj6rdpc.5', epoch: 3 });
  });

  it('takes an epoch that is lost for one that no run under way can have seen', () => {
    expect(changed({ ...SOUND, epoch: 'x' })).toEqual({ epoch: 1_760_000_400 });
  });

  it('takes a version that is lost for the only one there is', () => {
    expect(changed({ ...SOUND, v: '1' })).toEqual({ v: 1, epoch: 3 });
  });

  it('is told with dates beside instants, cut, and without credentials', () => {
    const told = changesFor(
      { ...SOUND, lastTick: 4_102_444_800_000, cursor: `password=hunter2 ${'x'.repeat(2_000)}` },
      NO_RECORDS,
    ).map(describeChange);

    expect(told[0]).toMatchObject({
      from: '4102444800000 (2100-01-01T00:00:00.000Z)',
      to: '1760000400005 (2025-10-09T09:00:00.005Z)',
    });
    expect(told[1]?.from).toMatch(/^"password=\*\*\* x{50,90}\.\.\.$/);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });
});
