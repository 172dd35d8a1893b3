import { expect, test } from 'vitest';
import { changedParts, entriesOf, type MemoryPart, PART_SIZE, type Remembered } from '../../lib/watchdog/memory.ts';
import { NOON, watched } from './check-kit.ts';

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `s${String(index + from).padStart(4, '0')}`);
const remembered = (count: number, from = 0, floor = NOON) =>
  new Map<string, Remembered>(names(count, from).map((name) => [name, { schedule: 'x', floor }]));
const saved = (parts: readonly MemoryPart[]) => parts.map((part) => ({ ...part, revision: part.revision + 1 }));
const sizes = (parts: readonly MemoryPart[]) =>
  parts.map(({ number, entries }) => [number, Object.keys(entries).length]);

test('a part has at most 100 services, and a service stays in the part that has it', () => {
  const first = saved(changedParts([], remembered(250, 100)));
  expect(sizes(first)).toEqual([
    [0, PART_SIZE],
    [1, PART_SIZE],
    [2, 50],
  ]);

  // Services whose names come before all others push none of them into another part.
  const changed = changedParts(first, new Map([...remembered(30), ...remembered(250, 100)]));
  expect(sizes(changed)).toEqual([[2, 80]]);
  expect(changed[0]?.revision).toBe(1);
});

test('only parts that change are written, and a service that is no longer watched is left out of its part', () => {
  const first = saved(changedParts([], remembered(250)));
  expect(changedParts(first, remembered(250))).toEqual([]);

  const without = new Map([...remembered(250)].filter(([name]) => name !== 's0120'));
  expect(sizes(changedParts(first, without))).toEqual([[1, 99]]);
});

test('an entry that comes back with its keys in another order has not changed', () => {
  const entry = { schedule: 'x', floor: 1, trouble: { kind: 'halted' as const, since: 2, epoch: 0 } };
  const [part] = saved(changedParts([], new Map([['a', entry]])));
  const turned = {
    ...part,
    entries: { a: { trouble: { epoch: 0, since: 2, kind: 'halted' }, floor: 1, schedule: 'x' } },
  };

  expect(changedParts([turned as MemoryPart], new Map([['a', entry]]))).toEqual([]);
});

test('a service whose entry is damaged, missing or named like what every object has is seen for the first time', () => {
  const parts = [{ number: 0, revision: 1, entries: { a: { schedule: 5 }, b: 'text' } }];
  const list = ['a', 'b', 'c', 'constructor', '__proto__'].map((name) => watched(name));

  const entries = [...entriesOf(parts, list, NOON).values()];

  expect(entries.map(({ floor, trouble }) => [floor, trouble])).toEqual(list.map(() => [NOON, undefined]));
});

test('another schedule moves the floor, and keeps the trouble and what is owed', () => {
  const owed = { kind: 'halted' as const, since: 2, senders: ['sns'] };
  const before = entriesOf([], [watched('a')], 5).get('a') as Remembered;
  const parts = [
    { number: 0, revision: 1, entries: { a: { ...before, owed, trouble: { kind: 'halted', since: 2 } } } },
  ];

  expect(entriesOf(parts, [watched('a')], NOON).get('a')?.floor).toBe(5);
  expect(entriesOf(parts, [watched('a', 60_000)], NOON).get('a')).toMatchObject({
    floor: NOON,
    owed,
    trouble: { kind: 'halted' },
  });
});
