/** What every store of flow runs must do. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { FlowRun, FlowRunStore, Place } from '../../lib/flow-runs/index.ts';
import { LATE_STATE, RUNNING_STATE, START, waitingRun } from './runs.ts';

/** The contract, as tests of the store that `open` makes, empty, for each of them. */
export function testFlowRunStore(name: string, open: () => Promise<FlowRunStore>): void {
  describe(name, () => {
    let store: FlowRunStore;
    beforeEach(async () => {
      store = await open();
    });
    const putAll = (runs: readonly FlowRun[]) => Promise.all(runs.map((run) => store.put(run)));

    test('a run comes back as it was put', async () => {
      const full: FlowRun = {
        ...waitingRun('a'),
        state: { ...RUNNING_STATE, message: 'under way' },
        expectedStartTime: START - 5,
        source: '{"id":"a","tags":["x"]}',
      };
      const bare: FlowRun = { id: 'b', name: 'bare', state: RUNNING_STATE };

      expect(await store.put(full)).toBe(true);
      expect(await store.put(bare)).toBe(true);

      expect(await store.get('a')).toEqual(full);
      expect(await store.get('b')).toEqual(bare);
      expect(await store.get('c')).toBeUndefined();
      const { runs, unreadable } = await store.list();
      expect(runs.map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
      expect(unreadable).toEqual([]);
    });

    test('due are the runs in state Scheduled that start at or before the cutoff, oldest first', async () => {
      await putAll([
        waitingRun('at the cutoff', START),
        waitingRun('after it', START + 1),
        waitingRun('long ago', START - 9_000_000_000),
        waitingRun('just before', START - 1),
        waitingRun('without a time', null),
        waitingRun('late already', START - 10, LATE_STATE),
        waitingRun('running', START - 10, RUNNING_STATE),
        waitingRun('scheduled by name alone', START - 10, { type: 'RUNNING' }),
        waitingRun('to be tried again', START - 10, { name: 'AwaitingRetry' }),
      ]);

      const page = await store.due({ cutoff: START, limit: 10 });

      expect(page.runs.map(({ id }) => id)).toEqual(['long ago', 'just before', 'at the cutoff']);
      expect(page.runs[1]).toEqual(waitingRun('just before', START - 1));
      expect(page.next).toBeUndefined();
    });

    test('pages follow one another without gap or repeat, also within one instant, and end with a short one', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      await putAll(ids.map((id, index) => waitingRun(id, START + Math.floor(index / 3))));

      const pages: string[][] = [];
      let after: Place | undefined;
      for (let count = 0; count < 10; count += 1) {
        const page = await store.due({ cutoff: START + 99, limit: 2, ...(after === undefined ? {} : { after }) });
        pages.push(page.runs.map(({ id }) => id));
        after = page.next;
        if (after === undefined) break;
      }

      expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 1]);
      expect(pages.flat().toSorted()).toEqual(ids);
      expect(pages.flat().slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    });

    test('a transition writes the state, keeps the rest, and takes the run out of the waiting ones', async () => {
      const run = { ...waitingRun('a', START, { message: 'waits' }), source: '{}' };
      await store.put(run);

      const transitioned = await store.transition(run, LATE_STATE);

      expect(transitioned).toEqual({ written: true });
      expect(await store.get('a')).toEqual({ ...run, state: LATE_STATE });
      expect((await store.due({ cutoff: START, limit: 5 })).runs).toEqual([]);
    });

    test('a transition back to Scheduled makes the run wait again', async () => {
      const late = waitingRun('a', START, LATE_STATE);
      await store.put(late);

      await store.transition(late, { ...waitingRun('a').state, id: 'again', message: 'once more' });

      const { runs } = await store.due({ cutoff: START, limit: 5 });
      expect(runs.map(({ id, state }) => [id, state.id])).toEqual([['a', 'again']]);
      expect((await store.get('a'))?.state.message).toBe('once more');
    });

    test('a run that moved on keeps its state, and the refusal holds it', async () => {
      const seen = waitingRun('a');
      const moved = { ...seen, state: RUNNING_STATE };
      await store.put(moved);

      expect(await store.transition(seen, LATE_STATE)).toEqual({ written: false, now: moved });

      expect(await store.get('a')).toEqual(moved);
    });

    test('a state of the same id but another type or name is not the one seen', async () => {
      const seen = waitingRun('a');
      for (const changed of [{ type: 'RUNNING' as const }, { name: 'Late' }]) {
        await store.put({ ...seen, state: { ...seen.state, ...changed } });
        expect(await store.transition(seen, LATE_STATE)).toMatchObject({ written: false, now: { state: changed } });
      }
    });

    test('a run that is gone stays gone', async () => {
      expect(await store.transition(waitingRun('a'), LATE_STATE)).toEqual({ written: false });
      expect(await store.get('a')).toBeUndefined();
    });

    test('a transition sent twice, as after a lost answer, has been written', async () => {
      const run = waitingRun('a');
      await store.put(run);

      await store.transition(run, LATE_STATE);

      expect(await store.transition(run, LATE_STATE)).toEqual({ written: true });
    });

    test('exactly one of many who mark one run at once does so', async () => {
      const run = waitingRun('a');
      await store.put(run);

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.transition(run, { ...LATE_STATE, id: `late-${index}` })),
      );

      expect(answers.filter(({ written }) => written)).toHaveLength(1);
    });

    test('a put gives way to a newer state unless it is asked to overwrite', async () => {
      const late = waitingRun('a', START, LATE_STATE);
      await store.put(late);

      expect(await store.put(waitingRun('a'))).toBe(false);
      expect(await store.get('a')).toEqual(late);
      expect(await store.put({ ...late, name: 'as old' })).toBe(true);
      expect(await store.put(waitingRun('a'), { overwrite: true })).toBe(true);
      expect(await store.get('a')).toEqual(waitingRun('a'));
    });
  });
}
