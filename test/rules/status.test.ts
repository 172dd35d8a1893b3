import { describe, expect, it } from 'vitest';
import {
  NEVER_RUN,
  nextRunDue,
  type RunEntry,
  type Schedule,
  type ServiceState,
  type Status,
  serviceStatus,
  statusSince,
} from '../../lib/rules/index.ts';

const NOW = 1_000_000;
const state = (changes: Partial<ServiceState>): ServiceState => ({ ...NEVER_RUN, ...changes });

const HALT = { halt: { at: 700_000, build: 'b1', cause: 'a mistake' } };
const PAUSE = { pause: { at: 800_000, reason: 'maintenance', by: 'ada' } };
const LEASE = { fence: 1, lease: { owner: 'o', until: NOW + 1, tick: 990_000 } };

describe('the status', () => {
  it.each<[string, Partial<ServiceState>, Status]>([
    ['of a service that nothing is known of', {}, 'steady'],
    ['with a failure since the last success', { streak: 1 }, 'failing'],
    ['with a trip since the last success', { streak: 3, backoffCount: 1 }, 'backing-off'],
    ['under a live lease', { ...LEASE, streak: 3, backoffCount: 1 }, 'running'],
    ['under the live lease of a run whose end is written', { ...LEASE, countedUpTo: 1, streak: 1 }, 'failing'],
    ['under an expired lease', { lease: { owner: 'o', until: NOW } }, 'steady'],
    ['while paused', { ...PAUSE, ...LEASE }, 'paused'],
    ['after a pause', { pause: { ...PAUSE.pause, until: NOW } }, 'steady'],
    ['while halted', { ...HALT, ...PAUSE, ...LEASE }, 'halted'],
    ['while halted and a probe is due', { halt: { ...HALT.halt, until: NOW - 1 } }, 'halted'],
  ])('%s', (_name, changes, expected) => {
    expect(serviceStatus(state(changes), NOW)).toBe(expected);
  });
});

describe('since when', () => {
  const runs = (letters: string): RunEntry[] =>
    [...letters].map((letter, index) => ({
      outcome: letter === 'S' ? 'succeeded' : 'failed',
      at: (index + 1) * 1000,
      durationMs: 1,
      manual: false,
    }));

  it.each<[string, Partial<ServiceState>, number | undefined]>([
    ['halted', HALT, 700_000],
    ['paused', PAUSE, 800_000],
    ['running', LEASE, 990_000],
    ['running by hand', { fence: 1, lease: { owner: 'o', until: NOW + 1 } }, undefined],
    ['failing', { streak: 2, runs: runs('SFSFF') }, 4000],
    ['failing since an operator resumed it', { streak: 1, runs: runs('SFFFF') }, 5000],
    ['failing from the first run on', { streak: 3, runs: runs('FFF') }, 1000],
    ['failing for longer than the ring reaches', { countedUpTo: 40, streak: 30, runs: runs('FFF') }, undefined],
    ['backing off', { streak: 4, backoffCount: 1, runs: runs('SFFFF') }, 2000],
    ['steady again', { runs: runs('FFSS') }, 3000],
    ['steady for longer than the ring reaches', { countedUpTo: 40, runs: runs('SSS') }, undefined],
    ['steady from the first run on', { countedUpTo: 3, runs: runs('SSS') }, 1000],
    ['never run', {}, undefined],
  ])('%s', (_name, changes, expected) => {
    expect(statusSince(state(changes), NOW)).toBe(expected);
  });
});

describe('the next run due', () => {
  const schedule: Schedule = { interval: 60_000 };
  const due = (changes: Partial<ServiceState>, build = 'b1') => nextRunDue(schedule, state(changes), NOW, build);

  it.each<[string, Partial<ServiceState>, number | undefined]>([
    ['is the next on the grid', {}, 1_020_000],
    ['while backing off is the first that may run', { notBefore: 1_200_000 }, 1_200_000],
    ['while backing off between two is the later', { notBefore: 1_200_001 }, 1_260_000],
    ['after notBefore is the next on the grid', { notBefore: 900_000 }, 1_020_000],
    ['while paused until later comes after the pause', { pause: { ...PAUSE.pause, until: 1_500_000 } }, 1_500_000],
    ['while halted until later is the probe', { halt: { ...HALT.halt, until: 1_501_000 } }, 1_560_000],
    ['waits for the longest of them', { notBefore: 1_900_000, pause: { ...PAUSE.pause, until: 1_500_000 } }, 1_920_000],
    ['while paused for good is for somebody to say', PAUSE, undefined],
    ['while halted for good is for somebody to say', HALT, undefined],
    [
      'while halted until later and paused for good too',
      { halt: { ...HALT.halt, until: 1_501_000 }, ...PAUSE },
      undefined,
    ],
  ])('%s', (_name, changes, expected) => {
    expect(due(changes)).toBe(expected);
  });

  it('a service that another build halted is next due on the grid', () => {
    expect(due(HALT, 'b2')).toBe(1_020_000);
  });

  it('a service that another build made back off is next due on the grid', () => {
    expect(due({ notBefore: 1_200_000, notBeforeBuild: 'b1' }, 'b2')).toBe(1_020_000);
    expect(due({ notBefore: 1_200_000, notBeforeBuild: 'b1' }, 'b1')).toBe(1_200_000);
    expect(due({ notBefore: 1_200_000, notBeforeBuild: '*' }, 'b2')).toBe(1_200_000);
  });

  it('keeps the phase of the last tick where the interval does not divide a day', () => {
    expect(nextRunDue({ interval: 420_000 }, state({ lastTick: 900_000 }), NOW, 'b1')).toBe(1_320_000);
  });
});
