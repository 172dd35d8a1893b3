/**
 * What an outage costs a tick, measured: the handler in a process of its own, invoked twice, once cold and once warm.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultRow } from '../table.ts';
import { OUTAGES, type Outage } from './away.ts';
import { bundleInstance, type Ending, startInstance } from './instances.ts';

/** What an outage may cost a tick, and what is granted to a busy machine besides. Milliseconds. */
const MOST = 4_000;
const GRANTED = 500;

/** A row for each kind of outage: the ticks it met, and what the dearest of them cost. */
export async function outages(): Promise<FaultRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tickover-outages-'));
  try {
    const bundle = await bundleInstance(directory);
    const rows: FaultRow[] = [];
    for (const [name, begin] of Object.entries(OUTAGES)) rows.push(await measured(name, bundle, await begin()));
    return rows;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measured(name: string, bundle: string, { endpoint, preload, close }: Outage): Promise<FaultRow> {
  const variables = { AWS_ENDPOINT_URL_DYNAMODB: endpoint, REMOTE_JOURNAL: 'http://127.0.0.1:9', REMOTE_TABLE: 'away' };
  const starting = { client: 'outage', variables, ...(preload === undefined ? {} : { preload }) };
  const instance = await startInstance(bundle, starting);
  const violations: string[] = [];
  const costs: number[] = [];
  try {
    for (let tick = 1; tick <= 2; tick++) {
      const began = performance.now();
      const ending = await instance.invoke('away', { scheduledFor: new Date().toISOString() }, 0);
      costs.push(Math.round(performance.now() - began));
      if (!failedClosed(ending)) violations.push(`tick ${tick} came to ${JSON.stringify(ending)}`);
    }
  } finally {
    await instance.end();
    await close();
  }
  const dearest = Math.max(...costs);
  if (dearest > MOST + GRANTED) violations.push(`a tick cost ${dearest} ms, more than ${MOST} ms`);
  return { part: 'outage', fault: name, injected: costs.length, violations, figures: { 'ms at most': dearest } };
}

/** The tick did not run, and said so. */
function failedClosed(ending: Ending): boolean {
  return ending.kind === 'threw' && ending.code === 'store-failed' && ending.message.endsWith('the tick did not run');
}
