/** What a repair writes: a fresh item, above every fence, paused, which can be read whatever the damage was. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeAttributes } from '../../lib/store/index.ts';
import { readItem } from '../../lib/store/item/state-item.ts';
import type { Item } from '../../lib/store/item/validate-item.ts';
import { planRepair } from '../../lib/store/repair.ts';
import { DUE, damages, VALID } from '../faults/state/damages.ts';

const NOW = DUE + 5;
const NO_RECORDS = { now: NOW, highestRecorded: 0 };

function fresh(item: Item, evidence = NO_RECORDS): Item {
  return planRepair(item, evidence).fresh;
}

function withDamage(some: readonly { attribute: string; value: unknown }[]): Item {
  const item = { ...VALID, ...Object.fromEntries(some.map(({ attribute, value }) => [attribute, value])) };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

describe('A repair', () => {
  it('finds nothing damaged in a sound item', () => {
    expect(planRepair(VALID, NO_RECORDS).damage).toEqual([]);
  });

  it('names what is damaged, and writes a fresh item that is paused and keeps last tick and cursor', () => {
    expect(planRepair({ ...VALID, record: '1102' }, NO_RECORDS)).toEqual({
      damage: [{ attribute: 'record', fault: 'expected up to 64 of 0 and 1, got "1102"' }],
      fresh: {
        v: 1,
        fence: 1_041,
        done: 1_041,
        epoch: 3,
        failuresSince: 1_041,
        lastTick: DUE - 60_000,
        cursor: 'here',
        pauseAt: NOW,
        pauseReason: 'repaired: check the service, then resume it',
        pauseBy: 'repair',
      },
    });
  });

  it('makes any damage readable and paused, keeps last tick and cursor where they are sound, and raises the fence', () => {
    const harmful = damages().filter(({ harmless }) => !harmless);
    const some = fc.uniqueArray(fc.constantFrom(...harmful), { selector: ({ attribute }) => attribute, minLength: 1 });
    fc.assert(
      fc.property(some, (drawn) => {
        const item = withDamage(drawn);
        const { damage, fresh: after } = planRepair(item, NO_RECORDS);
        const struck = drawn.map(({ attribute }) => attribute);
        const named = damage.map(({ attribute }) => attribute);
        // Some damage shows only beside an attribute that is damaged itself.
        expect(named.some((attribute) => struck.includes(attribute))).toBe(true);
        const state = readItem('s', after, NOW);
        expect(state).toMatchObject({
          fence: state.countedUpTo,
          pause: { by: 'repair' },
          trackRecord: [],
          runs: [],
          streak: 0,
        });
        expect(state.fence).toBeGreaterThan(41);
        expect(state.epoch).toBeGreaterThan(2);
        const isLost = named.includes('lastTick') || item['lastTick'] === undefined;
        expect(state.lastTick).toBeGreaterThanOrEqual(isLost ? NOW : Number(item['lastTick']));
        if (!struck.some((name) => name.endsWith('Tick'))) expect(state.lastTick).toBe(VALID['lastTick']);
        expect(state.cursor).toBe(struck.includes('cursor') ? undefined : 'here');
      }),
      { numRuns: 500 },
    );
  });

  it('leaves nothing to repair', () => {
    for (const damage of damages().filter(({ harmless }) => !harmless)) {
      expect(planRepair(fresh(withDamage([damage])), NO_RECORDS).damage).toEqual([]);
    }
  });

  it('raises a lost fence above everything that shows a run', () => {
    expect(fresh({ ...VALID, fence: '41' })).toMatchObject({ fence: 1_041, done: 1_041 });
    expect(fresh({ ...VALID, fence: '500' })).toMatchObject({ fence: 1_500, done: 1_500 });
    expect(fresh({ ...VALID, fence: null }, { now: NOW, highestRecorded: 77 })).toMatchObject({ fence: 1_077 });
    expect(fresh({ ...VALID, fence: 40.5, done: 'x' })).toMatchObject({ fence: 1_041, done: 1_041 });
  });

  it('puts the fence above a run for every second there was, where both counters are lost', () => {
    const { fence: _fence, done: _done, ...rest } = VALID;

    expect(fresh(rest)).toMatchObject({ fence: 1_760_001_400, done: 1_760_001_400 });
  });

  it('raises a fence that has fallen below what is decided, and believes no mark that no service can have reached', () => {
    expect(fresh({ ...VALID, done: 60 })).toMatchObject({ fence: 1_060, done: 1_060 });
    expect(fresh({ ...VALID, done: 1e14 })).toMatchObject({ fence: 1_041, done: 1_041 });
  });

  it('never lowers a fence that is sound, however large', () => {
    expect(fresh({ ...VALID, fence: 1e13, streak: 'x' })).toMatchObject({ fence: 1e13 + 1_000 });
    expect(fresh({ ...VALID, fence: 1e15, streak: 'x' })).toMatchObject({ fence: 1e15 });
  });

  it('counts no run as crashed, under a lease or not', () => {
    expect(fresh({ ...VALID, fence: 44, streak: 'x' })).toMatchObject({ fence: 1_044, done: 1_044 });
  });

  it('shows until when a run may be under way: to the end of its lease, or of the longest where that is lost', () => {
    const until = (over: Item) => planRepair({ ...VALID, streak: 'x', ...over }, NO_RECORDS).runningUntil;

    expect(until({})).toBeUndefined();
    expect(until({ leaseUntil: NOW + 9 })).toBe(NOW + 9);
    expect(until({ leaseUntil: NOW + 9, leaseOwner: 7 })).toBe(NOW + 9);
    expect(until({ leaseUntil: 'soon' })).toBe(NOW + 1_800_000);
    expect(until({ leaseUntil: undefined })).toBe(NOW + 1_800_000);
    expect(until({ leaseUntil: undefined, leaseOwner: undefined, leaseTick: undefined })).toBeUndefined();
  });

  it('has no tick run again that was decided, or that a run under way is for', () => {
    const { lastTick: _tick, leaseTick: _leaseTick, ...rest } = VALID;

    expect(fresh({ ...VALID, lastTick: true })).toMatchObject({ lastTick: NOW });
    expect(fresh({ ...VALID, lastTick: 4_102_444_800_000 })).toMatchObject({ lastTick: NOW });
    expect(fresh({ ...VALID, lastTick: 1 })).toMatchObject({ lastTick: NOW });
    expect(fresh(rest)).toMatchObject({ lastTick: NOW });
    expect(fresh({ ...rest, runs: 'rubbish' })).toMatchObject({ lastTick: NOW });
    expect(fresh({ ...VALID, leaseTick: DUE, streak: 'x' })).toMatchObject({ lastTick: DUE });
    expect(fresh({ ...VALID, lastTick: 'x', leaseTick: DUE + 60_000 })).toMatchObject({ lastTick: DUE + 60_000 });
  });

  it('invents no tick for a service that never had one', () => {
    const { lastTick: _tick, leaseTick: _leaseTick, runs: _runs, ...rest } = VALID;

    expect(fresh({ ...rest, streak: 'x' })).not.toHaveProperty('lastTick');
    expect(fresh({ ...rest, streak: 'x', runs: 'smgj6rdpc.5' })).not.toHaveProperty('lastTick');
  });

  it('takes an epoch that is lost for one that no run under way can have seen', () => {
    expect(fresh({ ...VALID, epoch: 'x' })).toMatchObject({ epoch: 1_760_000_400 });
    expect(fresh({ ...VALID, epoch: 1.5 })).toMatchObject({ epoch: 1_760_000_400 });
    expect(fresh({ ...VALID, epoch: undefined, streak: 'x' })).toMatchObject({ epoch: 1 });
  });

  it('takes a version that is lost for the only one there is', () => {
    expect(planRepair({ ...VALID, v: '1' }, NO_RECORDS)).toMatchObject({
      damage: [{ attribute: 'v', fault: 'expected a whole number, got "1"' }],
      fresh: { v: 1 },
    });
  });

  it('is described with dates beside instants, cut, and without credentials', () => {
    const long = `password=hunter2 ${'x'.repeat(1_000)}`;
    const { damage } = planRepair({ ...VALID, cursor: long + long }, NO_RECORDS);
    const described = describeAttributes(fresh({ ...VALID, lastTick: 'x', cursor: long }));

    expect(described['lastTick']).toBe('1760000400005 (2025-10-09T09:00:00.005Z)');
    expect(described['cursor']).toMatch(/^"password=\*\*\* x{50,90}\.\.\.$/);
    expect(damage[0]?.fault).toMatch(/^expected text of up to 1024 bytes, got "password=\*\*\* x{50,90}\.\.\.$/);
  });
});
