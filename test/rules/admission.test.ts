import { describe, expect, it } from 'vitest';
import { admit, NEVER_RUN, type ServiceState, type SkipReason, type Tick } from '../../lib/rules/index.ts';

const NOW = 1_000_000;
const DUE = 990_000;
const scheduled: Tick = { kind: 'scheduled', scheduledFor: DUE };
const manual: Tick = { kind: 'manual', force: false };
const forced: Tick = { kind: 'manual', force: true };

const state = (changes: Partial<ServiceState>): ServiceState => ({ ...NEVER_RUN, ...changes });
const ask = (changes: Partial<ServiceState>, tick: Tick = scheduled, build = 'b1') =>
  admit(state(changes), { tick, now: NOW, build });

const LIVE = { lease: { owner: 'o', until: NOW + 1, tick: 980_000 } };
const HALTED = { halt: { at: 0, build: 'b1', cause: 'a mistake' } };
const PAUSED = { pause: { at: 0, reason: 'maintenance', by: 'ada' } };
const BACKING_OFF = { notBefore: DUE + 1 };

type Row = [string, Partial<ServiceState>, SkipReason | undefined];

describe('a scheduled tick', () => {
  it.each<Row>([
    ['of a service that nothing is known of', {}, undefined],
    ['newer than the newest decided', { lastTick: DUE - 1 }, undefined],
    ['that is the newest decided', { lastTick: DUE }, 'duplicate'],
    ['older than the newest decided', { lastTick: DUE + 1 }, 'late'],
    ['that is running', { lease: { owner: 'o', until: NOW + 1, tick: DUE } }, 'duplicate'],
    ['that was running when its process died', { lease: { owner: 'o', until: NOW, tick: DUE } }, undefined],
    ['while another runs', LIVE, 'overlap'],
    ['while a run by hand runs', { lease: { owner: 'o', until: NOW + 1 } }, 'overlap'],
    ["after another one's lease has expired", { lease: { owner: 'o', until: NOW, tick: 980_000 } }, undefined],
    ['of a halted service', HALTED, 'halted'],
    ['of a service halted until later', { halt: { ...HALTED.halt, until: NOW + 1 } }, 'halted'],
    ['of a service whose probe is due', { halt: { ...HALTED.halt, until: NOW } }, undefined],
    ['of a service that another build halted', { halt: { ...HALTED.halt, build: 'b0' } }, undefined],
    ['of a service that an unknown build halted', { halt: { at: 0, cause: 'a mistake' } }, 'halted'],
    ['of a paused service', PAUSED, 'paused'],
    ['of a service paused until later', { pause: { ...PAUSED.pause, until: NOW + 1 } }, 'paused'],
    ['of a service whose pause has ended', { pause: { ...PAUSED.pause, until: NOW } }, undefined],
    ['before notBefore', BACKING_OFF, 'backoff'],
    ['at notBefore', { notBefore: DUE }, undefined],
    ['before the notBefore of another build', { ...BACKING_OFF, notBeforeBuild: 'b0' }, undefined],
    ['before the notBefore of this build', { ...BACKING_OFF, notBeforeBuild: 'b1' }, 'backoff'],
    ['before a notBefore that the other side asked for', { ...BACKING_OFF, notBeforeBuild: '*' }, 'backoff'],
    ['of a service whose build backed off once', { notBeforeBuild: 'b0' }, undefined],
    ['due before a notBefore that has passed meanwhile', { notBefore: NOW - 1 }, 'backoff'],
  ])('%s', (_name, changes, expected) => {
    expect(ask(changes)).toBe(expected);
  });

  it('is refused for the first reason that holds, in the order duplicate or late, overlap, halted, paused, backoff', () => {
    const reasons: [Partial<ServiceState>, SkipReason][] = [
      [{ lastTick: DUE }, 'duplicate'],
      [{ lastTick: DUE + 1 }, 'late'],
      [LIVE, 'overlap'],
      [HALTED, 'halted'],
      [PAUSED, 'paused'],
      [BACKING_OFF, 'backoff'],
    ];
    for (const [index, [first, reason]] of reasons.entries()) {
      const others = reasons.slice(index + 1).map(([changes]) => changes);
      expect(ask(Object.assign({}, ...others, first) as Partial<ServiceState>)).toBe(reason);
    }
  });

  it('a tick that is running is a duplicate even where an older mark would call it late', () => {
    expect(ask({ lease: { owner: 'o', until: NOW + 1, tick: DUE }, lastTick: DUE + 1 })).toBe('duplicate');
  });
});

describe('a run by hand', () => {
  it.each<Row>([
    ['of a service that nothing is known of', {}, undefined],
    ['whatever was decided', { lastTick: NOW + 1 }, undefined],
    ['while backing off', BACKING_OFF, undefined],
    ['while another runs', LIVE, 'overlap'],
    ['of a halted service', HALTED, 'halted'],
    ['of a paused service', PAUSED, 'paused'],
    ['of a halted and paused service', { ...HALTED, ...PAUSED }, 'halted'],
  ])('%s', (_name, changes, expected) => {
    expect(ask(changes, manual)).toBe(expected);
  });

  it.each<Row>([
    ['passes a halt', HALTED, undefined],
    ['passes a pause', PAUSED, undefined],
    ['passes both, and a backoff', { ...HALTED, ...PAUSED, ...BACKING_OFF }, undefined],
    ['never passes a lease', { ...LIVE, ...HALTED }, 'overlap'],
  ])('a run by hand with force %s is decided like this', (_name, changes, expected) => {
    expect(ask(changes, forced)).toBe(expected);
  });
});
