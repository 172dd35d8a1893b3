/** What every memory of the watchdog must do. */
import { describe, expect, test } from 'vitest';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import type { MemoryPart, MemoryStore } from '../../lib/watchdog/index.ts';

const context = () => ({ clock: fakeClock(0), random: scriptedRandom(), signal: new AbortController().signal });
const part = (number: number, entries: Record<string, unknown>, revision = 0): MemoryPart => ({
  number,
  revision,
  entries,
});

const ENTRY = { schedule: 'abc', floor: 1_760_000_400_000, owed: { kind: 'halted', since: 5, senders: ['sns'] } };

export function watchdogMemoryContract(name: string, open: () => Promise<MemoryStore>): void {
  describe(`the memory ${name}`, () => {
    test('is empty at first, and returns every part that was written, in the order of their numbers', async () => {
      const memory = await open();
      expect(await memory.load(context())).toEqual([]);

      await memory.save([part(1, { b: ENTRY }), part(0, { a: ENTRY })], context());

      expect(await memory.load(context())).toEqual([part(0, { a: ENTRY }, 1), part(1, { b: ENTRY }, 1)]);
    });

    test('returns what it wrote, so that it can be written again', async () => {
      const memory = await open();
      const saved = await memory.save([part(0, { a: ENTRY })], context());

      const again = await memory.save(
        saved.map((each) => ({ ...each, entries: {} })),
        context(),
      );

      expect(again).toEqual([part(0, {}, 2)]);
      expect(await memory.load(context())).toEqual(again);
    });

    test.each([
      ['a part that another check has made meanwhile', 0],
      ['a part that another check has changed meanwhile', 1],
    ])('refuses %s, and leaves it as that check wrote it', async (_what, revision) => {
      const memory = await open();
      const first = await memory.save([part(0, { a: ENTRY })], context());
      const newer = await memory.save(first, context());

      await expect(memory.save([part(0, { older: ENTRY }, revision)], context())).rejects.toThrow();

      expect(await memory.load(context())).toEqual(newer);
    });
  });
}
