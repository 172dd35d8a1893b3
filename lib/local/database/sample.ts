/** The sample of flow runs that a new database begins with. */
import { readFile } from 'node:fs/promises';
import { type FlowRunStore, type Imported, importFlowRuns } from '../../flow-runs/index.ts';
import { systemClock } from '../../time/index.ts';

const SAMPLE = new URL('../../../samples/flow-runs.json', import.meta.url);

/** Puts the sample's flow runs into the store. */
export async function loadSample(store: FlowRunStore): Promise<Imported> {
  return importFlowRuns(store, await readFile(SAMPLE, 'utf8'), { now: systemClock.now() });
}
