import { describe, expect, it } from 'vitest';
import { createLoop } from '../../lib/loop/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { toIso } from '../../lib/time/index.ts';
import { keptLog, unjudgedService } from '../support/loop-kit.ts';
import { type LoopServiceVector, loopServiceVectors } from './vectors.ts';

async function play({ params }: LoopServiceVector) {
  const clock = fakeClock();
  const log = keptLog();
  const starts: number[] = [];
  const service = unjudgedService({
    name: 'Service',
    policy: { kind: 'loop', interval: params.loop_seconds * 1000 },
    async workload() {
      const index = starts.push(clock.now() / 1000) - 1;
      await clock.sleep((params.durations[index] ?? 0) * 1000);
      if (params.errors.includes(index)) throw new Error(`error in loop ${index}`);
    },
  });
  const loop = createLoop(service, { clock, random: scriptedRandom(), log, handleSignals: false });
  const ended = loop.start(params.loops ?? undefined);
  if (params.stop_at !== null) {
    await clock.sleep(params.stop_at * 1000);
    await loop.stop({ block: false });
  }
  await ended;
  return { starts, log, endTime: clock.now() / 1000, running: loop.running };
}

describe('LoopService', () => {
  it('has its 4 reference runs', () => {
    expect(loopServiceVectors.length).toBe(4);
  });

  describe.each(loopServiceVectors)('$id $about', (vector) => {
    it('starts its runs when the original does', async () => {
      const { starts, running } = await play(vector);
      expect(starts).toEqual(vector.rows.map((row) => row.start));
      expect(starts.length).toBe(vector.loops_run);
      expect(running).toBe(!vector.stopped);
    });

    it('announces when the next run is due, but after the last', async () => {
      const { log } = await play(vector);
      const printed = log.of('debug').filter((line) => line.startsWith('Finished running'));
      const expected = vector.rows
        .slice(0, vector.params.loops === null ? undefined : -1)
        .map((row) => `Finished running Service. Next run at ${toIso(row.next_run * 1000)}`);
      expect(printed).toEqual(expected);
    });

    it('warns of the same overruns and logs the same errors', async () => {
      const { log } = await play(vector);
      expect(log.of('warn')).toEqual(vector.rows.flatMap((row) => row.warning ?? []));
      expect(log.of('error').length).toBe(vector.rows.filter((row) => row.error_logged).length);
    });

    it('ends when the original does, within its second of polling', async () => {
      const { endTime } = await play(vector);
      expect(endTime).toBeLessThanOrEqual(vector.end_time);
      expect(endTime).toBeGreaterThan(vector.end_time - 1);
    });
  });
});
