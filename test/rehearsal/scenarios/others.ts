/** The services of the catalog that no story is about: each runs once where it was deployed. */
import { ask, type Stage } from '../stage.ts';

export async function catalogRuns(stage: Stage): Promise<void> {
  stage.transcript.section('Every other service of the catalog', 'Run once, with what the stack gave it to work with.');
  const ran = { disposition: 'ran', outcome: 'succeeded', verdict: 'steady' };
  await ask(stage, 'check-endpoints', { action: 'run-once' }, { answer: { ...ran, result: [] } });
  await ask(stage, 'watch-services', { action: 'run-once' }, { answer: ran });
}
