/** A healthy tick, and the same one again. */
import { type Stage, tick } from '../stage.ts';

export async function healthyTick(stage: Stage): Promise<void> {
  stage.transcript.section(
    'A healthy tick, and a duplicate',
    'Delivered with the input that the deployed schedule holds, its placeholders filled as EventBridge Scheduler fills them.',
  );
  await tick(
    stage,
    { service: 'steered', number: 1 },
    {
      answer: { disposition: 'ran', outcome: 'succeeded', verdict: 'steady', fence: 1, result: { version: 1 } },
      metrics: { FailureStreak: 0, Halted: 0 },
    },
  );
  await tick(
    stage,
    { service: 'steered', number: 1 },
    { answer: { disposition: 'skipped', reason: 'duplicate', outcome: null, fence: null } },
  );
}
